"""The reply monitor (返信状況, D14): how many answered, what, and in which departments and regions.

Departments and regions are those at the moment of sending; ``counting`` says how it is counted and what that costs.
"""

from collections.abc import Mapping
from datetime import datetime

from core.actor import Reach
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import query
from core.transaction import Transaction
from data.models.broadcasts import BroadcastKind, BroadcastState, QuestionKind
from data.models.people import Department
from services.broadcasts.counting import Numbers, Said, by_question, count, large_numbers, numbers_of
from services.broadcasts.grouping import Group, by_department, by_prefecture
from services.broadcasts.questions import QuestionRow
from services.broadcasts.sight import get_seen, over

MOST_VALUES = 12
"""Numbers are counted one by one while there are not more different ones than this."""


class MonitorAsk(Input):
    """Which broadcast; ``department_id`` shows the departments right below that one instead of the topmost."""

    broadcast_id: int = field(N_("Broadcast"), hidden=True)
    department_id: int | None = field(N_("Department"), default=None, hidden=True)


class OptionCount(Row):
    """How many chose an option."""

    label: str
    count: int


class QuestionCount(Row):
    """How a question was answered: ``options`` counts choices and a few numbers, ``numbers`` sums numbers up."""

    key: str
    label: str
    kind: QuestionKind
    unit: str
    answered: int
    options: list[OptionCount]
    numbers: Numbers | None


class Monitor(Row):
    """The state of the replies at one moment, as far as the actor reaches."""

    id: int
    title: str
    kind: BroadcastKind
    state: BroadcastState
    sent_at: datetime | None
    asked: int
    answered: int
    by_phone: int
    """How many of the latest answers the office entered for the person (電話での回答)."""

    latest_at: datetime | None
    questions: list[QuestionCount]
    department: str | None
    """The department whose parts are shown; None at the top."""
    above: int | None
    """The department above it, to go back to; None at the top."""
    departments: list[Group]
    regions: list[Group]

    @property
    def rate(self) -> float:
        """Return the reply rate (返信率), 0 to 1."""
        return self.answered / self.asked if self.asked else 0.0


@query("broadcasts.monitor", N_("See the reply monitor"))
def monitor(tx: Transaction, ask: MonitorAsk) -> Monitor:
    """Return the reply rate, the answers by question and option, and the rates by department and prefecture (D14).

    Departments are the main ones at the moment of sending, counted up to the level shown.

    Raises:
        NotFound: when the broadcast does not exist or asked nobody within reach.
    """
    broadcast = get_seen(tx, ask.broadcast_id, monitor.reach(tx))
    questions = [QuestionRow.model_validate(question) for question in broadcast.questions]
    reach = over(monitor.reach(tx), broadcast, tx.actor)
    counts = count(tx, broadcast.id, reach)
    by_phone = counts.by_phone(questions)
    here = tx.get(Department, ask.department_id) if ask.department_id else None
    return Monitor(
        id=broadcast.id,
        title=broadcast.title,
        kind=broadcast.kind,
        state=broadcast.state,
        sent_at=broadcast.sent_at,
        asked=counts.asked,
        answered=counts.answered,
        by_phone=by_phone,
        latest_at=counts.latest_at,
        questions=_by_question(tx, broadcast.id, reach, counts.parts, questions),
        department=here.full_name if here else None,
        above=here.parent_id if here else None,
        departments=by_department(tx, counts.departments, here),
        regions=by_prefecture(counts.areas),
    )


def _by_question(
    tx: Transaction, broadcast_id: int, reach: Reach, parts: Mapping[tuple[int, str], int], questions: list[QuestionRow]
) -> list[QuestionCount]:
    found = by_question(questions, parts)
    asks_number = [question.kind is QuestionKind.NUMBER for question in questions]
    large = [q.key for q, said, number in zip(questions, found, asks_number, strict=True) if number and said.others]
    sums = large_numbers(tx, broadcast_id, reach, large) if large else {}
    return [
        QuestionCount(
            key=question.key,
            label=question.label,
            kind=question.kind,
            unit=question.unit,
            answered=said.answered,
            options=_options(question, said),
            numbers=sums.get(question.key) or numbers_of(said) if number else None,
        )
        for question, said, number in zip(questions, found, asks_number, strict=True)
    ]


def _options(question: QuestionRow, said: Said) -> list[OptionCount]:
    if question.kind is QuestionKind.NUMBER:
        shown = [] if said.others or len(said.numbers) > MOST_VALUES else sorted(said.numbers)
        return [OptionCount(label=f"{number} {question.unit}".strip(), count=said.numbers[number]) for number in shown]
    return [OptionCount(label=label, count=said.numbers[at]) for at, label in enumerate(question.options)]
