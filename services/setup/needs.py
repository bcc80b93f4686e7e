"""What of the setup waits for somebody: their own steps that are due (D17)."""

from datetime import timedelta

from sqlalchemy import exists, select

from core import clock
from core.actor import Reach
from core.i18n import N_, _
from core.needs import Need, Urgency, needs
from core.shown import day
from core.transaction import Transaction
from data.models.setup import SetupDuty
from services.setup.guide import StepRow, guide, guide_by
from services.setup.headcount import headcount
from services.setup.steps import StepState

AHEAD = timedelta(days=3)


@needs(guide)
def steps_that_are_due(tx: Transaction, _reach: Reach) -> list[Need]:
    """Say which of the reader's steps are overdue, due today, or due within three days, unless they are done."""
    until = clock.today() + AHEAD
    mine = exists(select(SetupDuty.step).where(SetupDuty.owner_id == tx.actor.account_id, SetupDuty.due_on <= until))
    if tx.actor.account_id is None or not tx.scalar(select(mine)):
        return []
    people = headcount(tx)
    if people is None:  # a large organisation that nobody has counted yet: the guide itself counts
        return []
    steps = [one for one in guide_by(tx, people).steps if one.owner_id == tx.actor.account_id and one.due_on]
    return [_need(step) for step in steps if step.due_on and step.due_on <= until and step.state is not StepState.DONE]


def _need(step: StepRow) -> Need:
    if step.overdue:
        text, urgency = N_("Your step of the setup is overdue since {day}: {title}"), Urgency.NOW
    else:
        text = N_("Your step of the setup is due on {day}: {title}")
        urgency = Urgency.TODAY if step.due_on == clock.today() else Urgency.LATER
    said = _(text, day=day(step.due_on), title=step.title)
    return Need(text=said, count=1, amount="", urgency=urgency, page="setup/guide.py")
