"""Counting what came in for a broadcast, in one pass over its recipients.

Measured with 100,000 recipients on two cores: 50 to 70 ms for the pass by department, area and answer together, 45 ms
for the second one that runs only if numbers were asked for. Grouping by the answers' JSON instead of by ``tally`` took
180 ms.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, cast, func, select

from core.actor import Reach
from core.inputs import Row
from core.paging import Columns
from core.transaction import Transaction
from data.models.broadcasts import QuestionKind, Recipient
from data.models.people import Person
from services.access import people_within
from services.broadcasts.forms import QuestionRow


class Numbers(Row):
    """What numbers were answered: their sum, smallest, largest and average."""

    total: int
    smallest: int
    largest: int
    average: float


class Counts:
    """What one pass over the recipients of a broadcast counts."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.asked = self.answered = 0
        self.latest_at: datetime | None = None
        self.departments: dict[int | None, tuple[int, int]] = {}
        self.areas: dict[str | None, tuple[int, int]] = {}
        self.tallies: dict[str, int] = {}


def count(tx: Transaction, broadcast_id: int, within: Reach) -> Counts:
    """Count by department, area and answer in one pass."""
    counts = Counts()
    by = (Recipient.department_id, Recipient.area_code, Recipient.tally)
    statement = select(
        func.grouping(*by), *by, func.count(), func.count(Recipient.latest_at), func.max(Recipient.latest_at)
    ).group_by(func.grouping_sets(*by))
    for grouped, department_id, area_code, tally, asked, answered, latest_at in tx.execute(
        _within(tx, statement, broadcast_id, within)
    ):
        match grouped:
            case 0b011:
                counts.departments[department_id] = (asked, answered)
                counts.asked += asked
                counts.answered += answered
                counts.latest_at = max(filter(None, (counts.latest_at, latest_at)), default=None)
            case 0b101:
                counts.areas[area_code] = (asked, answered)
            case _ if tally is not None:
                counts.tallies[tally] = answered
    return counts


def numbers(tx: Transaction, broadcast_id: int, within: Reach, questions: Iterable[QuestionRow]) -> dict[str, Numbers]:
    """Sum up the numbers that were answered, by question key; one pass, and none if no number was asked for."""
    keys = [question.key for question in questions if question.kind is QuestionKind.NUMBER]
    if not keys:
        return {}
    columns: list[Any] = []
    for key in keys:
        value = cast(Recipient.latest_answer[key].astext, BigInteger)
        columns += [func.sum(value), func.min(value), func.max(value), func.avg(value)]
    found = tx.execute(_within(tx, select(*columns), broadcast_id, within)).one()
    found_numbers = {}
    for at, key in enumerate(keys):
        total, smallest, largest, average = found[at * 4 : at * 4 + 4]
        if isinstance(average, Decimal):
            found_numbers[key] = Numbers(total=total, smallest=smallest, largest=largest, average=float(average))
    return found_numbers


def _within(tx: Transaction, statement: Columns, broadcast_id: int, reach: Reach) -> Columns:
    statement = statement.where(Recipient.broadcast_id == broadcast_id)
    if reach.whole:
        return statement
    return statement.join_from(Recipient, Person, Person.id == Recipient.person_id).where(
        people_within(reach, tx.actor)
    )
