"""Departments by their place in the tree (部署の階層, D03), however deep it is: in order, below others, by whole name.

Rows of an index have no room for a path or a name of any length. So both begin in an index only, with ``STEM`` and
``LONGEST`` letters, and what lies deeper is told apart in the rows that the index leaves.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, literal_column, text

from core.transaction import Transaction
from data.models.people import LONGEST, STEM, Department

SEPARATOR = " / "
LEFT_OUT = "…"
"""Stands in a full name for departments between the first one and the last two, so that none is called this."""

AFTER_ALL = ":"
"""Comes after everything that paths are made of: digits and slashes."""

LINES = text("""
    WITH RECURSIVE line AS (
        SELECT id, parent_id, name FROM department WHERE id = ANY(CAST(:ids AS bigint[]))
        UNION
        SELECT above.id, above.parent_id, above.name FROM department above JOIN line ON above.id = line.parent_id
    )
    SELECT id, parent_id, name FROM line
""")


def _stem(path: Any) -> ColumnElement[str]:
    # Written as in the index, not as a value: else it would not be recognised.
    return func.left(path, literal_column(str(STEM)), type_=String(collation="C"))


TREE_ORDER = (Department.sort_key, _stem(Department.path), Department.depth, Department.id)
"""Each department directly below the one it belongs to, those beside each other by name.

Where the names from the top are longer than ``LONGEST`` letters, by number; where the path is longer than ``STEM``
letters (some 80 levels), level by level.
"""


def below_path(path: str) -> ColumnElement[bool]:
    """Return the condition on ``department`` that holds for the one with this path and all below it."""
    start = path[:STEM]
    near = and_(_stem(Department.path) >= start, _stem(Department.path) < start + AFTER_ALL)
    return near if start == path else and_(near, func.starts_with(Department.path, path))


def lies_below(upper: Any) -> ColumnElement[bool]:
    """Return the condition that ``department`` is the one of another row, or lies below it."""
    start = _stem(upper.path)
    near = and_(_stem(Department.path) >= start, _stem(Department.path) < start.concat(AFTER_ALL))
    return and_(near, func.starts_with(Department.path, upper.path))


def department_of(path: str) -> int:
    """Return the id of the department with this path."""
    return int(path.strip("/").rpartition("/")[2])


def shown_line(names: tuple[str, ...] | list[str]) -> str:
    """Return names from the top as a full name says them: of a long line the first one and the last two."""
    whole = SEPARATOR.join(names)
    short = len(whole) <= LONGEST or len(names) <= 3
    return whole if short else SEPARATOR.join((names[0], LEFT_OUT, *names[-2:]))


def is_shortened(full_name: str) -> bool:
    """Say whether departments are left out of a full name."""
    return f"{SEPARATOR}{LEFT_OUT}{SEPARATOR}" in full_name


def whole_names(tx: Transaction, full_names: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Return the names from the top, none left out, of departments by id and full name, as a CSV says them."""
    found = dict(full_names)
    short = sorted(key for key, name in found.items() if is_shortened(name))
    if short:
        line = {row.id: row for row in tx.execute(LINES, {"ids": short})}
        for key in short:
            names, at = [], line.get(key)
            while at is not None:
                names.append(at.name)
                at = line.get(at.parent_id)
            found[key] = SEPARATOR.join(reversed(names))
    return found
