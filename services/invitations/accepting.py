"""Accepting an invitation (招待の承諾, C10): all is checked once more, then person, account and sets are there."""

from datetime import datetime

from sqlalchemy import select, update

from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.access import Account
from data.models.invitations import Invitation, InvitationSet
from data.models.people import Person
from services.access import Joins, actor_for, department_within, giveable, hash_of, join, people_within
from services.invitations.inviting import invite_members
from services.invitations.whom import owners_of
from services.people import add_member, note_that_it_works
from services.people.lock import alone

NO_GOOD = N_("This invitation is no good any more: it was withdrawn, or a newer one was sent. Ask whoever invited you.")
USED = N_("This invitation was accepted already. Sign in with the login name and the password that you chose then.")
TOO_OLD = N_("This invitation is older than 72 hours. Ask whoever invited you to send it again.")
VOID = N_("Whoever invited you may not do so any more. Ask them, or an administrator, for a new invitation.")
HAS_ACCOUNT = N_("This mail address has an account already. Sign in with it, or say that you forgot its password.")
NAME = N_("Enter your family name.")


class Accept(Input):
    """The link's token, the new password, and the name of somebody who is not in the register yet."""

    token: str = field(N_("One-time link"), secret=True, min_length=1, max_length=200)
    password: str = field(N_("New password"), default="", secret=True, max_length=200)
    family_name: str = field(N_("Family name"), default="", personal=True, max_length=100)
    given_name: str = field(N_("Given name"), default="", personal=True, max_length=100)


class Accepted(Row):
    """The account that somebody has now."""

    id: int


class Opened(Row):
    """An invitation as its page shows it. ``is_new``: the person is asked for the name, and added to the register."""

    address: str
    family_name: str
    given_name: str
    inviter: str
    language: str
    expires_at: datetime
    is_new: bool


def open_invitation(tx: Transaction, token: str) -> Opened:
    """Return the invitation of a link and note that it was opened; mail programs look at links too.

    Raises:
        Refused: with the sentence for the person, when it can not be accepted.
    """
    found = _checked(tx, token)
    inviter = _inviter(tx, found)
    if found.opened_at is None:
        tx.execute(update(Invitation).where(Invitation.id == found.id).values(opened_at=tx.now))
    return Opened(
        address=found.address, family_name=found.family_name, given_name=found.given_name, inviter=inviter.name,
        language=found.language, expires_at=found.expires_at or tx.now, is_new=_person(tx, found, inviter) is None,
    )  # fmt: skip


@operation("invitations.accept", N_("Accept an invitation"), touches="account")
def accept_invitation(tx: Transaction, ask: Accept) -> Accepted:
    """Make whoever has the link a member: a person of the register, an account, the sets that waited.

    Everything is checked as if the inviter gave it at this moment; sets that were deleted meanwhile are left out.

    Raises:
        Refused: with the sentence for the person: used, withdrawn, too old, the inviter may not any more, the address
            has an account by now.
        Invalid: when the name is missing or the password cannot be used; the link stays good.
    """
    if tx.scalar(select(Invitation.id).where(Invitation.token_hash == hash_of(ask.token))) is None:
        raise Refused(NO_GOOD)  # who has no link makes nobody wait
    alone(tx)  # whose address it is stays so until the person is there
    found = _checked(tx, ask.token)
    inviter = _inviter(tx, found)
    person = _person(tx, found, inviter)
    if person is None and not ask.family_name:
        raise Invalid(NAME, fields={"family_name": _(NAME)})
    sets = _sets(tx, found, inviter)
    if person is None:
        names = (ask.family_name, ask.given_name)
        person_id = add_member(
            tx, names=names, mail=found.address, department_id=found.department_id, language=found.language
        )
        person = tx.get(Person, person_id)
    else:
        note_that_it_works(tx, person.id, found.address)
    if person is None:
        raise NotFound(N_("This person does not exist any more."))
    who = Joins(person.id, found.address, person.code, found.language, sets, found.reach, found.reach_department_id)
    account_id = join(tx, who, ask.password)
    done = {"accepted_at": tx.now, "account_id": account_id, "person_id": person.id}
    tx.execute(update(Invitation).where(Invitation.id == found.id).values(**done))
    tx.note(f"account:{account_id}", None, {"invitation": found.id, "sets": sets, "reach": found.reach})
    return Accepted(id=account_id)


def _checked(tx: Transaction, token: str) -> Invitation:
    found: Invitation | None = tx.scalar(
        select(Invitation)
        .where(Invitation.token_hash == hash_of(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or found.withdrawn_at is not None:
        raise Refused(NO_GOOD)
    if found.accepted_at is not None:
        raise Refused(USED)
    if found.expires_at is None or found.expires_at <= tx.now:
        raise Refused(TOO_OLD)
    return found


def _inviter(tx: Transaction, found: Invitation) -> Actor:
    try:
        actor = actor_for(tx, found.invited_by)
        invite_members.require(tx.by(actor))
    except NotAllowed as error:
        raise Refused(VOID) from error
    return actor


def _person(tx: Transaction, found: Invitation, inviter: Actor) -> Person | None:
    """Return the person of the register who accepts; None: it is somebody new.

    Raises:
        Refused: when that one has an account, or is nobody whom the inviter may invite any more.
    """
    reach = invite_members.reach(tx.by(inviter))
    owners = owners_of(tx.by(inviter), [found.address.lower()], reach)[found.address.lower()]
    if found.person_id is None and not owners:
        return None
    if found.person_id is None and any(one.private for one in owners):
        raise Refused(VOID)
    person_id = found.person_id or owners[0].id
    # Locked first: somebody may open an account by hand at this moment.
    person: Person | None = tx.scalar(
        select(Person)
        .where(Person.id == person_id, Person.retired_at.is_(None), people_within(reach, inviter))
        .with_for_update(of=Person)
        .execution_options(populate_existing=True)
    )
    if tx.scalar(select(Account.id).where(Account.person_id.in_([person_id, *[one.id for one in owners]]))) is not None:
        raise Refused(HAS_ACCOUNT)
    # An address that belongs to somebody else by now would open their account.
    if person is None or {one.id for one in owners} - {person_id}:
        raise Refused(VOID)
    return person


def _sets(tx: Transaction, found: Invitation, inviter: Actor) -> list[int]:
    by = tx.by(inviter)
    reach = invite_members.reach(by)
    sets = sorted(tx.execute(select(InvitationSet.set_id).where(InvitationSet.invitation_id == found.id)).scalars())
    try:
        for set_id in sets:
            giveable(by, set_id, found.reach, found.reach_department_id, reach)
        department_within(by, found.department_id, reach)
    except (NotFound, Refused) as error:
        raise Refused(VOID) from error
    return sets
