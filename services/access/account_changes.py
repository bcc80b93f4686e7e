"""What is done to an account: opened, invited by a one-time link, stopped, opened again, signed out everywhere."""

from datetime import datetime

from sqlalchemy import select

from core.errors import Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import operation
from core.settings import settings
from core.transaction import Transaction
from data.models.access import Account, AccountStatus
from data.models.people import Person
from services.access import tries
from services.access.accounts import stop_accounts_of, taken_logins, usable_login
from services.access.actors import grants_of
from services.access.invitations import make_link
from services.access.reach import people_within
from services.access.sessions import end_sessions_of
from services.access.within import account_within, holds


class NewAccount(Input):
    """A person who shall be able to sign in."""

    person_id: int = field(N_("Person"), hidden=True)
    login: str = field(
        N_("Login name"),
        help=N_("Letters, digits and . _ @ + -; a mail address is fine."),
        personal=True,
        max_length=100,
    )


class WhichAccount(Input):
    """One account."""

    id: int = field(N_("Account"), hidden=True)


class Invitation(Row):
    """The one-time link of an account; it is shown once and kept nowhere."""

    id: int
    url: str = field(N_("One-time link"), secret=True)
    valid_until: datetime


class Handled(Row):
    """The account that was changed."""

    id: int


class SignedOut(Row):
    """The account, and how many browsers were signed in."""

    id: int
    sessions: int


@operation("access.open", N_("Open accounts"), touches="account")
def open_account(tx: Transaction, ask: NewAccount) -> Handled:
    """Give a person an account that waits for its one-time link (アカウント作成, D01).

    Raises:
        NotFound: when the person is out of reach.
        Refused: when the person is retired, or has an account.
        Invalid: when the login name cannot be used, or is another person's.
    """
    reach = people_within(open_account.reach(tx), tx.actor)
    person: Person | None = tx.scalar(select(Person).where(Person.id == ask.person_id, reach).with_for_update())
    if person is None:
        raise NotFound(N_("This person does not exist, or is outside your reach."))
    if person.retired_at is not None:
        raise Refused(N_("This person is retired. Take the person back first."))
    if tx.scalar(select(Account.id).where(Account.person_id == person.id)) is not None:
        raise Refused(N_("This person has an account already."))
    login = usable_login(ask.login)
    if taken_logins(tx, [login]):
        taken = N_("This login name belongs to somebody else. Choose another one.")
        raise Invalid(taken, fields={"login": _(taken)})
    account = Account(person_id=person.id, login=login, status=AccountStatus.INVITED, created_at=tx.now)
    tx.add(account)
    return Handled(id=account.id)


@operation("access.invite", N_("Make one-time links"), touches="account")
def invite(tx: Transaction, ask: WhichAccount) -> Invitation:
    """Make the link by which a person sets a first or a new password; valid 72 hours, links made before are void.

    Raises:
        NotFound: when the account is out of reach.
        Refused: when it is stopped, or may do more than the actor.
    """
    account = account_within(tx, invite, ask.id)
    if account.status is AccountStatus.STOPPED:
        raise Refused(N_("This account is stopped. Open it again first."))
    token, valid_until = make_link(tx, account.id)
    return Invitation(id=account.id, url=f"{settings().base_url}/invitation?token={token}", valid_until=valid_until)


def may_invite(tx: Transaction, account_id: int) -> bool:
    """Say whether the actor may make one-time links for an account, and so may see one that was sent to its owner."""
    if not invite.allowed(tx.actor):
        return False
    reached = select(Account.id).join(Person).where(Account.id == account_id)
    reached = reached.where(people_within(invite.reach(tx), tx.actor))
    return tx.scalar(reached) is not None and holds(tx, grants_of(tx, account_id))


@operation("access.stop", N_("Stop accounts"), touches="account")
def stop_account(tx: Transaction, ask: WhichAccount) -> Handled:
    """Stop an account: its sessions end at once and its links are void (停止).

    Raises:
        NotFound: when the account is out of reach.
        Refused: when it is the actor's own, the last administrator's, or may do more than the actor.
    """
    account = account_within(tx, stop_account, ask.id)
    if account.id == tx.actor.account_id:
        raise Refused(N_("You cannot stop your own account. Ask another administrator."))
    stop_accounts_of(tx, [account.person_id])
    tx.note(f"account:{account.id}", {"status": account.status}, {"status": AccountStatus.STOPPED})
    return Handled(id=account.id)


@operation("access.reopen", N_("Open stopped accounts again"), touches="account")
def reopen_account(tx: Transaction, ask: WhichAccount) -> Handled:
    """Let a stopped account sign in again with its password; one without a password waits for its link (再開).

    Raises:
        NotFound: when the account is out of reach.
        Refused: when its person is retired, or it may do more than the actor.
    """
    account = account_within(tx, reopen_account, ask.id)
    retired = tx.scalar(select(Person.retired_at).where(Person.id == account.person_id))
    if retired is not None:
        raise Refused(N_("This person is retired. Take the person back first."))
    before = account.status
    if before is AccountStatus.STOPPED:
        account.status = AccountStatus.ACTIVE if account.password_hash else AccountStatus.INVITED
    tries.reopen(tx, account.login)
    tx.note(f"account:{account.id}", {"status": before}, {"status": account.status})
    return Handled(id=account.id)


@operation("access.sign_out_everywhere", N_("Sign accounts out everywhere"), touches="account")
def sign_out_everywhere(tx: Transaction, ask: WhichAccount) -> SignedOut:
    """End all sessions of an account; open tabs are blank within two seconds.

    Raises:
        NotFound: when the account is out of reach.
        Refused: when it may do more than the actor.
    """
    account = account_within(tx, sign_out_everywhere, ask.id)
    return SignedOut(id=account.id, sessions=end_sessions_of(tx, [account.id]))
