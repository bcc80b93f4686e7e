"""Departments as people write them: 本社 / 営業部 / 第一課, with > or ／ between, by code, or by the last part."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from core.actor import Reach
from core.i18n import N_, listed
from core.inputs import WrongValue
from core.transaction import Transaction
from data.models.people import Department
from services.access import departments_within
from services.people.tree import DEEPEST, SEPARATOR, TOO_DEEP, Key, Node, department_name

BETWEEN = re.compile(r"\s*[/／>＞]\s*")
Path = tuple[str, ...]
"""The names of a department that is to be made, from the top."""

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Known:
    """A department that is there."""

    id: int
    parent_id: int | None
    code: str | None
    full_name: str
    path: Path
    retired: bool
    within: bool
    """Whether the actor reaches it."""


class Places:
    """All departments, to be found by what a cell says."""

    def __init__(self, departments: Iterable[Known], *, create: bool, whole: bool) -> None:
        """Index them; ``create``: what is not there is to be made; ``whole``: the actor reaches everything."""
        self.by_id = {one.id: one for one in departments}
        self.by_full_name = {one.full_name: one for one in self.by_id.values()}
        self.by_code = {one.code: one for one in self.by_id.values() if one.code}
        self._by_last: dict[str, list[Known]] = defaultdict(list)
        for one in self.by_id.values():
            self._by_last[_folded(one.path[-1])].append(one)
        self._first_written: dict[Path, Path] = {}
        self._create = create
        self._whole = whole

    def find(self, written: str) -> int | Path:
        """Return the id of the department that a cell names, or the names of one that is to be made.

        Raises:
            WrongValue: when there is none, several, or only a retired one.
        """
        path = parted(written)
        exact = self.at(path) or self.by_code.get(written.strip())
        if exact is not None:
            return usable(exact).id
        alike = [one for one in self._ending(path) if not one.retired]
        if len(alike) == 1:
            return alike[0].id
        if alike:
            names = listed(f"“{one.full_name}”" for one in alike[:SHOWN])
            raise WrongValue(N_("“{written}” may be {names}. Write it from the top."), written=written, names=names)
        if not self._create:
            problem = N_("There is no department “{written}”. Make it first, or choose to make missing departments.")
            raise WrongValue(problem, written=written)
        return self.to_be_made(path)

    def at(self, path: Path) -> Known | None:
        """Return the department with exactly these names from the top; width and case of letters do not matter."""
        exact = self.by_full_name.get(SEPARATOR.join(path))
        alike = [exact] if exact else [one for one in self._ending(path) if len(one.path) == len(path)]
        return alike[0] if len(alike) == 1 else None

    def to_be_made(self, path: Path) -> Path:
        """Return the names of a department that is to be made, those above it as they are written here.

        What differs in width or case of letters only is the same department, called as it was written first.

        Raises:
            WrongValue: when a name cannot be used, or one above is retired.
        """
        for depth in range(len(path) - 1, 0, -1):
            above = self.at(path[:depth])
            if above is not None:
                path = usable(above).path + path[depth:]
                break
        if len(path) > DEEPEST:
            raise WrongValue(TOO_DEEP, deepest=DEEPEST)
        if not all(path):
            raise WrongValue(N_("A part between the separators is empty."))
        return self._as_written_first(tuple(department_name(part) for part in path))

    def _as_written_first(self, path: Path) -> Path:
        for depth in range(1, len(path) + 1):
            first = self._first_written.setdefault(tuple(map(_folded, path[:depth])), path[:depth])
            path = first + path[depth:]
        return path

    def name_of(self, place: int | Path) -> str:
        """Return the full name of a department, there or to be made."""
        return self.by_id[place].full_name if isinstance(place, int) else SEPARATOR.join(place)

    def within(self, place: int | Path) -> bool:
        """Say whether the actor reaches a department, or may make it: below one within reach."""
        if self._whole:
            return True
        if isinstance(place, int):
            return self.by_id[place].within
        above = (self.by_full_name.get(SEPARATOR.join(place[:depth])) for depth in range(len(place) - 1, 0, -1))
        nearest = next((one for one in above if one is not None), None)
        return nearest is not None and nearest.within

    def missing(self, path: Path) -> list[Path]:
        """Return what is to be made for a department that is to be made: those above it that are not there, and it."""
        steps = [path[:depth] for depth in range(1, len(path) + 1)]
        return [step for step in steps if SEPARATOR.join(step) not in self.by_full_name]

    def node(self, path: Path) -> Node:
        """Return a department that is to be made with the one that it is to lie below."""
        above = self.by_full_name.get(SEPARATOR.join(path[:-1]))
        parent: Key | None = above.id if above else path[:-1] or None
        return Node(path, parent, path[-1], None)

    def _ending(self, path: Path) -> list[Known]:
        folded = tuple(_folded(part) for part in path)
        found = self._by_last.get(folded[-1], [])
        return [one for one in found if tuple(_folded(part) for part in one.path[-len(path) :]) == folded]


def parted(written: str) -> Path:
    """Part what a cell says at the separators."""
    return tuple(BETWEEN.split(written.strip()))


def usable(found: Known) -> Known:
    """Return a department unless it is retired.

    Raises:
        WrongValue: when it is.
    """
    if found.retired:
        raise WrongValue(N_("The department “{name}” is retired. Reinstate it first."), name=found.full_name)
    return found


def load_places(tx: Transaction, reach: Reach, *, create: bool) -> Places:
    """Return all departments as they stand."""
    within = departments_within(reach).label("within")
    rows = tx.execute(
        select(
            Department.id, Department.parent_id, Department.code, Department.full_name, Department.retired_at, within
        )
    )  # fmt: skip
    known = [
        Known(
            row.id, row.parent_id, row.code, row.full_name, tuple(row.full_name.split(SEPARATOR)),
            row.retired_at is not None, row.within,
        )
        for row in rows
    ]  # fmt: skip
    return Places(known, create=create, whole=reach.whole)


def _folded(part: str) -> str:
    return "".join(unicodedata.normalize("NFKC", part).casefold().split())
