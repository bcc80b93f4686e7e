"""From counts by department and by area to the rows of the monitor: counted up the tree, and by prefecture."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from sqlalchemy import select

from core.actor import Reach
from core.i18n import N_, _, language
from core.inputs import Row
from core.transaction import Transaction
from data.models.people import Department
from data.reference import areas
from services.access import departments_within

K = TypeVar("K", int | None, str | None)
Count = tuple[int, int]
"""How many were asked, and how many of them have answered."""


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


def by_department(tx: Transaction, counts: Mapping[int | None, Count], here: Department | None) -> list[Group]:
    """Count up to the departments right below ``here`` (None: to the topmost ones), in the order of the tree.

    Who belongs to ``here`` itself, and not to a department below it, stands in a row of its own name.
    """
    top = here.path if here else "/"
    within = Reach(whole=here is None, paths=frozenset({top} if here else ()))
    below = select(Department.id, Department.path, Department.name).where(departments_within(within))
    departments = {row.id: row for row in tx.execute(below)}
    counted = [(departments[key].path.removeprefix(top), count) for key, count in counts.items() if key in departments]
    steps = [(path.split("/"), count) for path, count in counted]
    own = here.id if here else None
    sums = _summed((int(path[0]) if path[0] else own, count) for path, count in steps)
    deeper = {int(path[0]) for path, _count in steps if len(path) > 2}
    rows = [
        _row(key, departments[key].name, sums[key], has_below=key in deeper)
        for key in sorted(key for key in sums if key is not None)
    ]
    outside = sum_of(count for key, count in counts.items() if key is None)
    return [*rows, _row(None, _(N_("No department")), outside)] if here is None and None in counts else rows


def by_prefecture(counts: Mapping[str | None, Count]) -> list[Group]:
    """Count up to the prefectures, from north to south; who has no region comes last."""
    sums = _summed((prefecture_of(code) if code else None, count) for code, count in counts.items())
    known = [(code, row) for code, row in areas.prefectures().items() if code in sums]
    rows = [_row(code, row.name if language() == "ja" else row.name_en, sums[code]) for code, row in known]
    return [*rows, _row(None, _(N_("No region")), sums[None])] if None in sums else rows


def prefecture_of(code: str) -> str | None:
    """Return the code of the prefecture in which an area of any level lies."""
    if code in areas.prefectures():
        return code
    lower = areas.municipalities().get(code) or areas.areas().get(code)
    return lower.prefecture if lower else None


def sum_of(counts: Iterable[Count]) -> Count:
    """Add counts up."""
    asked, answered = 0, 0
    for more_asked, more_answered in counts:
        asked, answered = asked + more_asked, answered + more_answered
    return asked, answered


def _summed(counts: Iterable[tuple[K, Count]]) -> dict[K, Count]:
    sums: dict[K, list[Count]] = defaultdict(list)
    for key, count in counts:
        sums[key].append(count)
    return {key: sum_of(parts) for key, parts in sums.items()}


def _row(key: int | str | None, label: str, count: Count, *, has_below: bool = False) -> Group:
    return Group(key=key, label=label, asked=count[0], answered=count[1], has_below=has_below)
