"""Users that a directory makes, changes and takes away (RFC 7644 §3.3, §3.5, §3.6): people with their account."""

from typing import Any

from sqlalchemy import select

from core.errors import Conflict, NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import Process, operation
from core.transaction import Transaction
from data.models.access import Account, AccountStatus
from data.models.people import Person
from services.access import stop_accounts_of, usable_login
from services.changes import keeping
from services.people.addresses import MAILS
from services.people.external import set_external_ids
from services.people.kept import PEOPLE
from services.people.lock import alone
from services.people.retire import mark_back, mark_retired
from services.people.store import add_people, change_people, set_contacts, set_logins
from services.people.within import check_departments, person_within
from services.scim.matching import check_free, known_already
from services.scim.rows import users
from services.scim.signing_in import refuse_taking_over
from services.scim.values import fields_of

CHANGED = N_("It was changed meanwhile. Read it again and repeat the change.")
STAYS = N_("Not named: it stays as it is.")


class UserFields(Input):
    """What a directory says about a user. What it does not name stays; what it names as empty is cleared."""

    user_name: str = field(N_("Login name"), max_length=100, personal=True)
    external_id: str | None = field(N_("External ID"), default=None, max_length=500, help=STAYS)
    active: bool | None = field(N_("In use"), default=None, help=STAYS)
    family_name: str = field(
        N_("Family name"), default="", personal=True,
        help=N_("Empty: it stays, or is what the login name begins with."),
    )  # fmt: skip
    given_name: str | None = field(N_("Given name"), default=None, personal=True, help=STAYS)
    family_kana: str | None = field(N_("Family name in kana"), default=None, personal=True, help=STAYS)
    given_kana: str | None = field(N_("Given name in kana"), default=None, personal=True, help=STAYS)
    employee_number: str = field(N_("Code"), default="", help=N_("Empty: it stays, or is made of the login name."))
    mails: list[str] | None = field(N_("Mail addresses"), default=None, personal=True, max_length=MAILS, help=STAYS)
    mobile: str | None = field(N_("Mobile number"), default=None, personal=True, help=STAYS)


class EditedUser(UserFields):
    """A user as changed; ``version`` is what was read before."""

    id: int = field(N_("Number"), hidden=True)
    version: str = field(N_("Version"), default="", hidden=True)


class WhichUser(Input):
    """One user; with a ``version`` only if that still stands."""

    id: int = field(N_("Number"), hidden=True)
    version: str = field(N_("Version"), default="", hidden=True)


class Kept(Row):
    """What was made or changed."""

    id: int


@operation("scim.add_user", N_("Add SCIM users"), touches="person")
def add_user(tx: Transaction, ask: UserFields) -> Kept:
    """Add a person with an account that waits for its link (SCIMユーザー登録, N11).

    Nobody is kept twice (decision 0024): who left and has the login name or the code comes back, and who has the code
    or one of the mail addresses but no account gets one. What the directory does not name stays theirs.

    Raises:
        Taken: when login name, code or mail address belong to somebody with another account, or to several people.
        Invalid: when a value cannot be used. Refused: when the reach is limited, or that account may do more.
    """
    alone(tx)
    login = usable_login(ask.user_name)
    known = known_already(tx, add_user, ask, login)
    person = known.person
    fields = fields_of(tx, ask, person, login)
    check_free(tx, fields, person.id if person else None)
    with keeping(tx) as kept:
        if person is None:
            check_departments(tx, add_user.reach(tx), (), ())
            (person_id,) = add_people(tx, [fields.values_of_person])
            kept.added(PEOPLE, [person_id])
        else:
            person_id = person.id
            refuse_taking_over(tx, person_id, login, fields.reachable.mails, opens=True)
            kept.watch(PEOPLE, [person_id])
            mark_back(tx, [person_id])
            change_people(tx, {person_id: fields.values_of_person})
        set_contacts(tx, {person_id: fields.reachable}, fresh=person is None)
        set_logins(tx, [(person_id, login)])
        if ask.external_id is not None:
            set_external_ids(tx, {person_id: ask.external_id})
        _set_active(tx, person_id, active=ask.active is not False)
    tx.note(f"person:{person_id}", None, {"how": known.how})
    return Kept(id=person_id)


@operation("scim.change_user", N_("Change SCIM users"), touches="person")
def change_user(tx: Transaction, ask: EditedUser) -> Kept:
    """Change a person and whether their account is in use (SCIMユーザー変更, N11).

    Raises:
        NotFound: when the user is out of reach. Conflict: when it was changed after it was read.
        Taken: when code, mail address or login name belong to somebody else. Invalid: when a value cannot be used.
        Refused: when who signs in with an account that may do more would change, or it would be opened again; when
            the account to be stopped is the key's own or the last administrator's.
    """
    alone(tx)
    person = user_within(tx, change_user, ask.id, ask.version)
    login = usable_login(ask.user_name)
    fields = fields_of(tx, ask, person, login)
    check_free(tx, fields, person.id)
    refuse_taking_over(tx, person.id, login, fields.reachable.mails, opens=ask.active is True)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, [person.id])
        change_people(tx, {person.id: fields.values_of_person})
        set_contacts(tx, {person.id: fields.reachable})
        set_logins(tx, [(person.id, login)])
        if ask.external_id is not None:
            set_external_ids(tx, {person.id: ask.external_id})
        if ask.active is not None:
            _set_active(tx, person.id, active=ask.active)
    tx.note(f"person:{person.id}", None, {"active": ask.active})
    return Kept(id=ask.id)


@operation("scim.remove_user", N_("Take SCIM users away"), touches="person")
def remove_user(tx: Transaction, ask: WhichUser) -> Kept:
    """Retire a person and stop the account (SCIMユーザー削除, N11): every session and key of it ends at once.

    Nothing is deleted: answers keep their names.

    Raises:
        NotFound: when the user is out of reach. Conflict: when it was changed after it was read.
        Refused: when the account is the key's own or the last administrator's.
    """
    alone(tx)
    person = user_within(tx, remove_user, ask.id, ask.version)
    _refuse_oneself(tx, person.id)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, [person.id])
        mark_retired(tx, [person.id])
        stop_accounts_of(tx, [person.id])
        set_external_ids(tx, {person.id: ""})
    tx.note("people", None, [f"person:{person.id}"])
    return Kept(id=ask.id)


def user_within(tx: Transaction, process: Process[Any, Any], person_id: int, version: str) -> Person:
    """Return the person who is this user, locked for change.

    Raises:
        NotFound: when there is none, or out of reach, or it left. Conflict: when another version stands now.
    """
    person = person_within(tx, process, person_id, lock=True)
    standing = users(tx, [person.id]) if person.retired_at is None else []
    if not standing:
        raise NotFound(N_("This person does not exist, or is outside your reach."))
    if version and standing[0].version != version:
        raise Conflict(CHANGED)
    return person


def _set_active(tx: Transaction, person_id: int, *, active: bool) -> None:
    account: Account | None = tx.scalar(
        select(Account).where(Account.person_id == person_id).execution_options(populate_existing=True)
    )
    if account is None or active == (account.status is not AccountStatus.STOPPED):
        return
    if active:
        account.status = AccountStatus.ACTIVE if account.password_hash else AccountStatus.INVITED
        tx.session.flush()
    else:
        _refuse_oneself(tx, person_id)
        stop_accounts_of(tx, [person_id])


def _refuse_oneself(tx: Transaction, person_id: int) -> None:
    if tx.actor.person_id == person_id:
        raise Refused(N_("You cannot stop your own account. Ask another administrator."))
