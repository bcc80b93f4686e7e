"""The list of invitations with where each stands (招待一覧, C10)."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from core.i18n import N_, _
from core.inputs import Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account, PermissionSet
from data.models.invitations import Invitation, InvitationSet
from data.models.people import Department, Person
from services.access import reach_in_words
from services.invitations.handling import within
from services.invitations.states import NOT_TAKEN, InvitationState, state

INVITER = aliased(Person, name="inviter")


class InvitationsAsk(PageAsk):
    """Which invitations; everything given must hold."""

    sort: str = field(N_("Order"), default="-made", hidden=True)
    text: str = field(N_("Address or name"), default="", max_length=100, personal=True)
    state: InvitationState | None = field(N_("State"), default=None)


class InvitationRow(Row):
    """An invitation: to whom, with what, by whom, and where it stands."""

    id: int
    address: str = field(N_("Mail address"))
    name: str = field(N_("Name"))
    state: InvitationState = field(N_("State"))
    sets: list[str] = field(N_("Permission sets"))
    reach: str = field(N_("Reach"))
    inviter: str = field(N_("Invited by"))
    invited_at: datetime = field(N_("Invited at"))
    sent_at: datetime | None = field(N_("Mail sent at"))
    expires_at: datetime | None = field(N_("Valid until"))
    trouble: str = field(N_("What the mail server said"))
    account_id: int | None


@query("invitations.search", N_("See invitations"))
def search_invitations(tx: Transaction, ask: InvitationsAsk) -> Page[InvitationRow]:
    """Return a page of the invitations of the actor and of those within reach, the newest first."""
    stands = state(tx.now)
    sets = (
        select(func.coalesce(func.array_agg(PermissionSet.name), []))
        .join(InvitationSet, InvitationSet.set_id == PermissionSet.id)
        .where(InvitationSet.invitation_id == Invitation.id)
        .correlate(Invitation)
        .scalar_subquery()
    )
    statement = (
        select(Invitation, INVITER, Department.full_name, stands.label("stands"), sets.label("sets"))
        .join(Account, Account.id == Invitation.invited_by)
        .join(INVITER, INVITER.id == Account.person_id)
        .outerjoin(Department, Department.id == Invitation.reach_department_id)
        .where(within(search_invitations.reach(tx), tx))
    )
    for word in ask.text.split():
        name = Invitation.family_name + Invitation.given_name
        called = [one.icontains(word, autoescape=True) for one in (Invitation.address, name)]
        statement = statement.where(or_(*called))
    if ask.state is not None:
        statement = statement.where(stands == ask.state.value)
    return fetch_page(tx, statement, ask, orders={"made": (Invitation.id,)}, make=_row)


def _row(row: Any) -> InvitationRow:
    one = row.Invitation
    trouble = one.trouble or ""
    return InvitationRow(
        id=one.id, address=one.address, name=f"{one.family_name} {one.given_name}".strip(), state=row.stands,
        sets=sorted(row.sets), reach=reach_in_words(one.reach, row.full_name), inviter=row.inviter.name,
        invited_at=one.invited_at, sent_at=one.sent_at, expires_at=one.expires_at, account_id=one.account_id,
        trouble=_(trouble) if trouble == NOT_TAKEN else trouble,
    )  # fmt: skip
