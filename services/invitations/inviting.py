"""Inviting people by mail (招待, C10): one or many, with the permission sets that they get when they come."""

from pydantic import model_validator
from sqlalchemy import insert
from sqlalchemy.dialects import postgresql

from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, Row, WrongValue, field
from core.operations import operation
from core.transaction import Transaction
from data.models.access import ReachKind
from data.models.invitations import Invitation, InvitationSet
from services.access import Language, department_within, giveable
from services.events import PeopleInvited
from services.invitations.whom import Invitee, Skipped, people, read, sorted_out

MOST = 500


class NewInvitations(Input):
    """Who is invited, and what waits for them: permission sets with one reach, a department for those who are new."""

    addresses: list[str] = field(
        N_("Mail addresses"), default=[], personal=True, max_length=MOST,
        help=N_("One a line, with the name before it if you know it: 山田 太郎 <taro@example.jp>"),
    )  # fmt: skip
    person_ids: list[int] = field(N_("People"), default=[], max_length=MOST, hidden=True)
    set_ids: list[int] = field(N_("Permission sets"), default=[], max_length=20, of="access.set_choices")
    reach: ReachKind = field(N_("Reach"), default=ReachKind.DEPARTMENT)
    reach_department_id: int | None = field(
        N_("Department and all below"), default=None, of="people.department_choices",
        help=N_("Only for the reach “department and below”."),
    )  # fmt: skip
    department_id: int | None = field(
        N_("Department of those who are new"), default=None, of="people.department_choices",
        help=N_("Whoever is not in the register yet is added to it there, on accepting."),
    )  # fmt: skip
    language: Language = field(N_("Language of the mail"), default=Language.JA)

    @model_validator(mode="after")
    def _somebody_and_a_department_if_reach(self) -> "NewInvitations":
        if not self.addresses and not self.person_ids:
            raise WrongValue(N_("Enter at least one mail address, or choose somebody."))
        if (self.reach is ReachKind.DEPARTMENT) != (self.reach_department_id is not None):
            raise WrongValue(N_("Choose a department for the reach “department and below”, and only for it."))
        return self


class Invited(Row):
    """How many were invited, and who was not, with the reason."""

    invited: int
    skipped: list[Skipped]


@operation("invitations.invite", N_("Invite people by mail"), touches="invitation")
def invite_members(tx: Transaction, ask: NewInvitations) -> Invited:
    """Invite people by mail; a link in it, valid 72 hours from its sending, makes them members (招待, C10).

    Nobody and nothing is in the register before somebody accepts.

    Raises:
        NotFound: when a set or a department does not exist, or is out of reach.
        Refused: when the actor may not do as far what a set grants, or has a limited reach and names no department.
    """
    reach = invite_members.reach(tx)
    for set_id in sorted(set(ask.set_ids)):
        giveable(tx, set_id, ask.reach, ask.reach_department_id, reach)
    department_within(tx, ask.reach_department_id, reach)
    department_within(tx, ask.department_id, reach)
    named, unread = read(ask.addresses)
    chosen, unreachable = people(tx, ask.person_ids, reach)
    good, skipped = sorted_out(tx, list({one.address.lower(): one for one in [*named, *chosen]}.values()), reach)
    if not reach.whole and ask.department_id is None and any(one.person_id is None for one in good):
        raise Refused(N_("Choose a department for those who are new: it is as far as you reach."))
    ids = _store(tx, ask, good)
    tx.note("invitation", None, {"invitations": ids, "sets": sorted(set(ask.set_ids)), "reach": ask.reach})
    if ids:
        tx.tell(PeopleInvited(tuple(ids)))
    return Invited(invited=len(ids), skipped=[*unread, *unreachable, *skipped])


def _store(tx: Transaction, ask: NewInvitations, good: list[Invitee]) -> list[int]:
    if not good:
        return []
    each = {
        "language": ask.language.value, "reach": ask.reach, "reach_department_id": ask.reach_department_id,
        "invited_by": tx.actor.account_id, "invited_at": tx.now,
    }  # fmt: skip
    rows = [
        {
            "address": one.address, "person_id": one.person_id, "family_name": one.family_name,
            "given_name": one.given_name, "department_id": None if one.person_id else ask.department_id, **each,
        }
        for one in good
    ]  # fmt: skip
    # Whom somebody else invites at this very moment has an open invitation then, and gets no second one.
    made = postgresql.insert(Invitation).on_conflict_do_nothing().returning(Invitation.id)
    ids = sorted(tx.execute(made, rows).scalars())
    pairs = [{"invitation_id": one, "set_id": set_id} for one in ids for set_id in sorted(set(ask.set_ids))]
    if pairs:
        tx.execute(insert(InvitationSet), pairs)
    return ids
