"""The setup guide (D17): the fourteen steps with their state, worked out from the data."""

from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.errors import NotFound
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.setup import SetupMark
from services.setup.duties import Duty, duties
from services.setup.facts import gather
from services.setup.features import hidden_steps
from services.setup.headcount import Headcount, counted, headcount
from services.setup.steps import STEPS, Judgement, Step, StepState


class StepRow(Row):
    """A step as the guide shows it, in the reader's language. ``owner_sees``: the owner may still see the guide."""

    number: int
    key: str
    title: str
    purpose: str
    page: str
    beside: str = ""
    """The file of a second page to look at."""

    state: StepState
    finding: str
    confirmable: bool
    owner_id: int | None = None
    owner: str = ""
    owner_sees: bool = True
    due_on: date | None = None
    overdue: bool = False
    duty_version: int = 0


class GuideRow(Row):
    """All steps, how many are done, and the first one that is not. ``counted_at``: of the people, None: just now."""

    steps: list[StepRow]
    done: int
    next: StepRow | None
    counted_at: datetime | None


class StepMark(Input):
    """Say that a step is settled, or not any more."""

    step: str = field(N_("Step"))
    settled: bool = field(N_("Settled"), default=True)


@query("setup.guide", N_("See the setup guide"))
def guide(tx: Transaction, ask: Nothing) -> GuideRow:  # noqa: ARG001 - every query is asked with something
    """Return the steps with their state, owner and due date (導入ガイド): of fourteen, those that the plan asks for."""
    return guide_by(tx, headcount(tx) or counted(tx))


def guide_by(tx: Transaction, people: Headcount) -> GuideRow:
    """Work out the steps from the data and these counts of people."""
    facts, hidden, agreed = gather(tx, people), hidden_steps(tx), duties(tx)
    marked = set(tx.execute(select(SetupMark.step)).scalars())
    steps = [
        shown_step(step, step.judge(facts), step.key in marked, agreed.get(step.key, Duty()))
        for step in STEPS if step.key not in hidden
    ]  # fmt: skip
    waiting = [step for step in steps if step.state is not StepState.DONE]
    return GuideRow(
        steps=steps, done=len(steps) - len(waiting), next=waiting[0] if waiting else None, counted_at=facts.counted_at
    )


@operation("setup.mark", N_("Settle a step of the setup guide"), touches="setup_mark")
def mark_step(tx: Transaction, ask: StepMark) -> None:
    """Settle a step that no data can show, or open it again.

    Raises:
        NotFound: when there is no such step, or its state comes from the data.
    """
    if not any(step.key == ask.step and step.confirmable for step in STEPS):
        raise NotFound(N_("This step cannot be settled by hand; its state comes from the data."))
    if ask.settled:
        mark = insert(SetupMark).values(step=ask.step, account_id=tx.actor.account_id, marked_at=tx.now)
        tx.execute(mark.on_conflict_do_nothing())
    else:
        tx.execute(delete(SetupMark).where(SetupMark.step == ask.step))


def shown_step(step: Step, judged: Judgement, marked: bool, duty: Duty) -> StepRow:
    """Return a step as the guide shows it: as the facts were judged, ``marked`` by a person, with whose duty it is."""
    state, finding, values = judged
    if step.confirmable and marked:
        state, finding, values = StepState.DONE, N_("Settled by a person."), {}
    return StepRow(
        number=step.number, key=step.key, title=_(step.title), purpose=_(step.purpose), page=step.page,
        beside=f"{step.beside}.py" if step.beside else "",
        state=state, finding=_(finding, **{name: f"{count:,}" for name, count in values.items()}),
        confirmable=step.confirmable, owner_id=duty.owner_id, owner=duty.owner, owner_sees=duty.sees,
        due_on=duty.due_on, duty_version=duty.version,
        overdue=duty.due_on is not None and duty.due_on < clock.today() and state is not StepState.DONE,
    )  # fmt: skip
