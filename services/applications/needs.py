"""What of the applications needs somebody: the office decides, the applicant corrects what was sent back."""

from sqlalchemy import literal, select

from core.actor import Reach
from core.i18n import N_, _
from core.needs import Need, Urgency, needs
from core.paging import COUNT_CAP
from core.transaction import Transaction
from data.models.applications import ApplicationState, ProfileApplication
from services.applications.applying import apply
from services.applications.deciding import decide
from services.applications.within import applied_within


@needs(decide)
def waiting_applications(tx: Transaction, reach: Reach) -> list[Need]:
    """Say how many applications wait for the office; one's own are not among them."""
    waiting = (
        select(literal(1))
        .select_from(ProfileApplication)
        .where(ProfileApplication.state == ApplicationState.WAITING, *applied_within(reach, tx.actor.person_id))
        .where(ProfileApplication.person_id.is_distinct_from(tx.actor.person_id))
        .limit(COUNT_CAP)
    )
    count = tx.count(waiting)
    return [_need(N_("Profile applications that wait for a decision"), count, "applications/inbox.py")] if count else []


@needs(apply)
def returned_application(tx: Transaction, _reach: Reach) -> list[Need]:
    """Say that the actor's own application was sent back."""
    mine = (ProfileApplication.person_id == tx.actor.person_id, ProfileApplication.state == ApplicationState.RETURNED)
    if tx.scalar(select(ProfileApplication.id).where(*mine)) is None:
        return []
    return [_need(N_("Your profile application was sent back: correct it or take it back"), 1, "applications/mine.py")]


def _need(text: str, count: int, page: str) -> Need:
    amount = _(N_("{count} applications"), count=f"{count:,}")
    return Need(text=_(text), count=count, amount=amount, urgency=Urgency.TODAY, page=page)
