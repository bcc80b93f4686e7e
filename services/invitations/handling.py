"""What becomes of invitations that were made: sent again, or withdrawn, one or many."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, true, update

from core.actor import Reach
from core.errors import NotFound
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.invitations import Invitation, InvitationSet
from data.models.people import Department, Person
from services.access import department_within, departments_within, giveable, people_within
from services.events import PeopleInvited
from services.invitations.inviting import invite_members


class WhichInvitations(Input):
    """One invitation or many."""

    ids: list[int] = field(N_("Invitations"), min_length=1, max_length=1_000, hidden=True)


class Handled(Row):
    """How many invitations that was done with; those that had ended already are not among them."""

    count: int


def within(reach: Reach, tx: Transaction) -> ColumnElement[bool]:
    """Return the condition on ``invitation``: the actor's own, and those of people and departments within reach."""
    if reach.whole:
        return true()
    departments = select(Department.id).where(departments_within(reach))
    theirs = exists().where(Person.id == Invitation.person_id, people_within(reach, tx.actor))
    return or_(Invitation.invited_by == tx.actor.account_id, Invitation.department_id.in_(departments), theirs)


@operation("invitations.resend", N_("Send invitations again"), touches="invitation")
def resend_invitations(tx: Transaction, ask: WhichInvitations) -> Handled:
    """Send invitations again, with new links for 72 hours; the links before are void, the actor is now who invites.

    Raises:
        NotFound: when one is out of reach; Refused: when the actor may not do as far what one of the sets grants.
        NotAllowed: when the actor may not invite: nobody could accept what they send.
    """
    invite_members.require(tx)
    found = _loaded(tx, ask.ids, resend_invitations.reach(tx))
    kinds = {(row.reach, row.reach_department_id) for row in found}
    for kind, department in sorted(kinds, key=str):
        rows = [row.id for row in found if (row.reach, row.reach_department_id) == (kind, department)]
        sets = select(InvitationSet.set_id).where(InvitationSet.invitation_id == func.any(rows)).distinct()
        for set_id in sorted(tx.execute(sets).scalars()):
            giveable(tx, set_id, kind, department, invite_members.reach(tx))
    for department in sorted({row.department_id for row in found if row.department_id is not None}):
        department_within(tx, department, invite_members.reach(tx))
    again: dict[str, Any] = {"invited_by": tx.actor.account_id, "invited_at": tx.now}
    cleared = dict.fromkeys(("token_hash", "expires_at", "sent_at", "trouble", "opened_at"))
    ids = [row.id for row in found]
    tx.execute(update(Invitation).where(Invitation.id == func.any(ids)).values(**again, **cleared))
    if ids:
        tx.note("invitation", None, {"again": ids})
        tx.tell(PeopleInvited(tuple(ids)))
    return Handled(count=len(ids))


@operation("invitations.withdraw", N_("Withdraw invitations"), touches="invitation")
def withdraw_invitations(tx: Transaction, ask: WhichInvitations) -> Handled:
    """Withdraw invitations: their links open nothing from now on.

    Raises:
        NotFound: when one is out of reach.
    """
    ids = [row.id for row in _loaded(tx, ask.ids, withdraw_invitations.reach(tx))]
    ended = update(Invitation).where(Invitation.id == func.any(ids))
    tx.execute(ended.values(withdrawn_at=tx.now, token_hash=None))
    tx.note("invitation", {"open": ids}, {"withdrawn": ids})
    return Handled(count=len(ids))


def _loaded(tx: Transaction, ids: Sequence[int], reach: Reach) -> list[Invitation]:
    """Return those of these invitations that have not ended, locked.

    Raises:
        NotFound: when one is out of reach.
    """
    statement = select(Invitation).where(Invitation.id == func.any(sorted(set(ids))), within(reach, tx))
    statement = statement.order_by(Invitation.id).with_for_update().execution_options(populate_existing=True)
    found = list(tx.execute(statement).scalars())
    if len(found) != len(set(ids)):
        raise NotFound(N_("One of these invitations does not exist, or is outside your reach. Choose them again."))
    return [row for row in found if row.accepted_at is None and row.withdrawn_at is None]
