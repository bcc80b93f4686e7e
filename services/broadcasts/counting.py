"""Counting what came in for a broadcast, from its totals; whoever reaches only some departments gets those of these.

Departments are those at the moment of sending (decision 0040), so nothing here depends on how many were asked.

Only when somebody answered a question with a large number does a pass over the recipients sum the numbers up.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, cast, false, func, or_, select

from core.actor import Reach
from core.inputs import Row
from core.prepared import Columns
from core.transaction import Transaction
from data.models.broadcasts import Recipient
from data.models.people import Department
from data.models.replies import TotalKind
from services.access import departments_within
from services.broadcasts.questions import QuestionRow
from services.broadcasts.tally import BY_PHONE, numbers_in, parts_of
from services.broadcasts.totals import totals, totals_of


class Numbers(Row):
    """What numbers were answered: their sum, smallest, largest and average."""

    total: int
    smallest: int
    largest: int
    average: float


@dataclass
class Counts:
    """How many were asked and have answered, by department and by area, and how many gave each part of an answer."""

    asked: int = 0
    answered: int = 0
    latest_at: datetime | None = None
    departments: dict[int | None, tuple[int, int]] = dataclass_field(default_factory=dict)
    areas: dict[str | None, tuple[int, int]] = dataclass_field(default_factory=dict)
    parts: Counter[tuple[int, str]] = dataclass_field(default_factory=Counter)
    """By position of the question and part of the tally."""

    def by_phone(self, questions: Sequence[QuestionRow]) -> int:
        """Take out how many of the latest answers somebody entered for the person."""
        return self.parts.pop((len(questions), BY_PHONE), 0)

    def add_department(self, key: int | None, asked: int, answered: int, latest_at: datetime | None) -> None:
        """Count a department, which everybody is in once."""
        self.departments[key] = (asked, answered)
        self.asked += asked
        self.answered += answered
        self.latest_at = max(filter(None, (self.latest_at, latest_at)), default=None)


def count(tx: Transaction, broadcast_id: int, within: Reach) -> Counts:
    """Count everybody, or the people of the departments within a smaller reach, as they were at the sending."""
    if within.whole:
        return _counted(totals(tx, broadcast_id))
    ids = departments_of(tx, within)
    counts = _counted(totals_of(tx, broadcast_id, ids))
    if within.own and tx.actor.person_id is not None:
        _add_own(tx, counts, broadcast_id, tx.actor.person_id, ids)
    return counts


def departments_of(tx: Transaction, within: Reach) -> set[int]:
    """Return the numbers of the departments within a reach."""
    return set(tx.execute(select(Department.id).where(departments_within(within))).scalars())


def _counted(found: Iterable[Any]) -> Counts:
    counts = Counts()
    for kind, key, asked, answered, latest_at in found:
        match kind:
            case TotalKind.DEPARTMENT:
                counts.add_department(int(key) if key else None, asked, answered, latest_at)
            case TotalKind.AREA:
                counts.areas[key or None] = (asked, answered)
            case TotalKind.ANSWER if answered:
                position, _mark, part = key.partition(":")
                counts.parts[int(position), part] = answered
    return counts


def _add_own(tx: Transaction, counts: Counts, broadcast_id: int, person_id: int, ids: Collection[int]) -> None:
    """Count the actor's own person, unless it was in one of these departments."""
    own = tx.get(Recipient, (broadcast_id, person_id))
    if own is None or own.department_id in ids:
        return
    answered = int(own.latest_at is not None)
    counts.add_department(own.department_id, 1, answered, own.latest_at)
    asked_there, answered_there = counts.areas.get(own.area_code, (0, 0))
    counts.areas[own.area_code] = (asked_there + 1, answered_there + answered)
    for part in parts_of(own.tally or ""):
        counts.parts[part] += 1


@dataclass
class Said:
    """What was said to one question: how many answered, how often each option or small number, how many else."""

    answered: int = 0
    numbers: Counter[int] = dataclass_field(default_factory=Counter)
    others: int = 0


def by_question(questions: Sequence[QuestionRow], parts: Mapping[tuple[int, str], int]) -> list[Said]:
    """Sort what was counted by question."""
    found = [Said() for _question in questions]
    for (position, part), people in parts.items():
        said, chosen = found[position], numbers_in(part)
        said.answered += people
        said.others += people if not chosen else 0
        for number in chosen:
            said.numbers[number] += people
    return found


def numbers_of(said: Said) -> Numbers | None:
    """Sum up the answers to a question for a number, all of them small."""
    if not said.numbers:
        return None
    total = sum(number * people for number, people in said.numbers.items())
    return Numbers(
        total=total, smallest=min(said.numbers), largest=max(said.numbers), average=total / said.numbers.total()
    )


def large_numbers(tx: Transaction, broadcast_id: int, within: Reach, keys: Sequence[str]) -> dict[str, Numbers]:
    """Sum up the answers to questions for numbers, by question key, from the answers themselves, in a second pass."""
    columns: list[Any] = []
    for key in keys:
        value = cast(Recipient.latest_answer[key].astext, BigInteger)
        columns += [func.sum(value), func.min(value), func.max(value), func.avg(value)]
    found = tx.execute(_within(tx, select(*columns), broadcast_id, within)).one()
    parts = {key: found[at * 4 : at * 4 + 4] for at, key in enumerate(keys)}
    return {
        key: Numbers(total=total, smallest=smallest, largest=largest, average=float(average))
        for key, (total, smallest, largest, average) in parts.items()
        if average is not None
    }


def _within(tx: Transaction, statement: Columns, broadcast_id: int, reach: Reach) -> Columns:
    statement = statement.where(Recipient.broadcast_id == broadcast_id)
    if reach.whole:
        return statement
    own = Recipient.person_id == tx.actor.person_id if reach.own else false()
    return statement.where(or_(Recipient.department_id.in_(departments_of(tx, reach)), own))
