"""The reply monitor (返信状況, D14): how many answered, what, and in which departments and regions.

Departments and regions are those at the moment of sending; ``counting`` says how it is counted and what that costs.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.i18n import N_, _, language
from core.inputs import Input, Row, field
from core.operations import query
from core.paging import Columns
from core.transaction import Transaction
from data.models.areas import Area
from data.models.broadcasts import BroadcastKind, BroadcastState, QuestionKind
from data.models.people import Department
from services.broadcasts.counting import Numbers, count, numbers
from services.broadcasts.forms import QuestionRow
from services.broadcasts.sight import get_seen
from services.broadcasts.tally import counted


class MonitorAsk(Input):
    """Which broadcast; ``department_id`` shows the departments right below that one instead of the topmost."""

    broadcast_id: int = field(N_("Broadcast"), hidden=True)
    department_id: int | None = field(N_("Department"), default=None, hidden=True)


class Group(Row):
    """How many of a department or region were asked and have answered. ``key`` is None for those without one."""

    key: int | str | None
    label: str
    asked: int
    answered: int
    has_below: bool = False

    @property
    def rate(self) -> float:
        """Return the share that answered, 0 to 1."""
        return self.answered / self.asked if self.asked else 0.0


class OptionCount(Row):
    """How many chose an option."""

    label: str
    count: int


class QuestionCount(Row):
    """How a question was answered; ``options`` for choices, ``numbers`` for numbers, otherwise only how many did."""

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
    reach = monitor.reach(tx)
    counts = count(tx, broadcast.id, reach)
    here = tx.get(Department, ask.department_id) if ask.department_id else None
    return Monitor(
        id=broadcast.id,
        title=broadcast.title,
        kind=broadcast.kind,
        state=broadcast.state,
        sent_at=broadcast.sent_at,
        asked=counts.asked,
        answered=counts.answered,
        latest_at=counts.latest_at,
        questions=_by_question(questions, counts.tallies, numbers(tx, broadcast.id, reach, questions)),
        department=here.full_name if here else None,
        above=here.parent_id if here else None,
        departments=_by_department(tx, counts.departments, here),
        regions=_by_region(tx, counts.areas),
    )


def _by_question(
    questions: list[QuestionRow], tallies: dict[str, int], by_number: dict[str, Numbers]
) -> list[QuestionCount]:
    answered = [0] * len(questions)
    options = [[0] * len(question.options) for question in questions]
    for tally, people in tallies.items():
        for at, chosen in enumerate(counted(tally, questions)):
            if chosen is not None:
                answered[at] += people
                for position in chosen:
                    options[at][position] += people
    return [
        QuestionCount(
            key=question.key,
            label=question.label,
            kind=question.kind,
            unit=question.unit,
            answered=answered[at],
            options=[
                OptionCount(label=label, count=count)
                for label, count in zip(question.options, options[at], strict=True)
            ],
            numbers=by_number.get(question.key),
        )
        for at, question in enumerate(questions)
    ]


def _by_department(tx: Transaction, counts: dict[int | None, tuple[int, int]], here: Department | None) -> list[Group]:
    top = here.path if here else "/"
    paths = _pairs(tx, select(Department.id, Department.path).where(Department.id.in_([k for k in counts if k])))
    sums: dict[int | None, list[int]] = defaultdict(lambda: [0, 0])
    deeper: set[int | None] = set()
    for department_id, (asked, answered) in counts.items():
        path = paths.get(department_id) if department_id else None
        if (path is None and here is not None) or (path is not None and not path.startswith(top)):
            continue
        steps = path.removeprefix(top).split("/") if path else [""]
        # Who belongs to the department shown itself, and not to one below it, is counted under its own name.
        shown = int(steps[0]) if steps[0] else (here.id if here else None)
        sums[shown][0] += asked
        sums[shown][1] += answered
        if len(steps) > 2:
            deeper.add(shown)
    labels = _pairs(tx, select(Department.id, Department.name).where(Department.id.in_([k for k in sums if k])))
    return [
        Group(
            key=key,
            label=labels[key] if key else _("No department"),
            asked=asked,
            answered=answered,
            has_below=key in deeper,
        )
        for key, (asked, answered) in sorted(sums.items(), key=lambda one: (one[0] is None, one[0] or 0))
    ]


def _by_region(tx: Transaction, counts: dict[str | None, tuple[int, int]]) -> list[Group]:
    between, top = aliased(Area), aliased(Area)
    prefecture = func.coalesce(top.code, between.code, Area.code)
    above = _pairs(
        tx,
        select(Area.code, prefecture)
        .outerjoin(between, between.code == Area.parent_code)
        .outerjoin(top, top.code == between.parent_code)
        .where(Area.code.in_([code for code in counts if code])),
    )
    sums: dict[str | None, list[int]] = defaultdict(lambda: [0, 0])
    for code, (asked, answered) in counts.items():
        sums[above.get(code) if code else None][0] += asked
        sums[above.get(code) if code else None][1] += answered
    name = Area.name if language() == "ja" else Area.name_en
    labels = _pairs(tx, select(Area.code, name).where(Area.code.in_([code for code in sums if code])))
    return [
        Group(key=key, label=labels[key] if key else _("No region"), asked=asked, answered=answered)
        for key, (asked, answered) in sorted(sums.items(), key=lambda one: (one[0] is None, one[0] or ""))
    ]


def _pairs(tx: Transaction, statement: Columns) -> dict[Any, Any]:
    return {row[0]: row[1] for row in tx.execute(statement)}
