"""Departments as people write them: 本社 / 営業部 / 第一課, with > or ／ between, by code, or by the last part."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select

from core.actor import Reach
from core.i18n import N_, listed
from core.inputs import WrongValue
from core.transaction import Transaction
from data.models.people import Department
from services.access import departments_within, shown_line
from services.people.tree import Key, Node, department_name

BETWEEN = re.compile(r"\s*[/／>＞]\s*")
Path = tuple[str, ...]
"""The names of a department that is to be made, from the top."""

SHOWN = 5
SHOWN_LETTERS = 100
"""So much of a cell stands in a sentence about it; a missing quotation mark makes a cell of half a file."""

RETIRED = N_("The department “{name}” is retired. Reinstate it first.")
CODE_ALIKE = N_("No department has this code, but one has {code}. Perhaps Excel took the zeros away.")
MANY = 100_000
"""Names whose letters are not gone through again; in a file by names from the top each stands in many rows."""


@dataclass(frozen=True, slots=True)
class Known:
    """A department that is there; ``full_name`` is what people are shown of the names from the top."""

    id: int
    parent_id: int | None
    code: str | None
    name: str
    full_name: str
    retired: bool
    within: bool
    """Whether the actor reaches it."""


class Places:
    """All departments, to be found by what a cell says; whatever the depth, a line is gone through once."""

    def __init__(self, departments: Iterable[Known], *, create: bool, whole: bool) -> None:
        """Index them; ``create``: what is not there is to be made; ``whole``: the actor reaches everything."""
        self.by_id = {one.id: one for one in departments}
        self.by_code = {one.code: one for one in self.by_id.values() if one.code}
        self._zeros = {code.lstrip("0") or "0": code for code in self.by_code if code.startswith("0")}
        self._below = {(one.parent_id, one.name): one for one in self.by_id.values()}
        self._alike: dict[tuple[int | None, str], list[Known]] = defaultdict(list)
        self._by_last: dict[str, list[Known]] = defaultdict(list)
        for one in self.by_id.values():
            self._alike[one.parent_id, _folded(one.name)].append(one)
            self._by_last[_folded(one.name)].append(one)
        self._first_written = Written("")
        self._create = create
        self._whole = whole

    def find(self, written: str, *, retired: bool = False) -> int | Path:
        """Return the id of the department that a cell names, or the names of one that is to be made.

        ``retired``: the caller looks itself whether one that is out of use may stand there.

        Raises:
            WrongValue: when there is none, several, or only a retired one.
        """
        path = parted(written)
        exact = self.at(path) or self.by_code.get(written.strip())
        if exact is not None:
            return exact.id if retired else usable(exact).id
        alike = [one for one in self._ending(path) if not one.retired]
        if len(alike) == 1:
            return alike[0].id
        if alike:
            names = listed(f"“{one.full_name}”" for one in alike[:SHOWN])
            problem = N_("“{written}” may be {names}. Write it from the top.")
            raise WrongValue(problem, written=written[:SHOWN_LETTERS], names=names)
        if whole := self.with_zeros(written.strip()):
            raise WrongValue(CODE_ALIKE, code=whole)
        if not self._create:
            problem = N_("There is no department “{written}”. Make it first, or choose to make missing departments.")
            raise WrongValue(problem, written=written[:SHOWN_LETTERS])
        return self.to_be_made(path)

    def with_zeros(self, code: str) -> str | None:
        """Return the code of a department that differs from this unknown one in nothing but zeros in front."""
        if code in self.by_code or (code.startswith("0") and code != "0"):
            return None
        return self._zeros.get(code)

    def at(self, path: Path) -> Known | None:
        """Return the department with exactly these names from the top; width and case of letters do not matter."""
        depth, found = self._as_far_as_there(path)
        return found if depth == len(path) else None

    def below(self, parent_id: int | None, name: str) -> Known | None:
        """Return the department of exactly this name right below another one, or at the top."""
        return self._below.get((parent_id, name))

    def to_be_made(self, path: Path) -> Path:
        """Return the names of a department that is to be made, those above it as they are written here.

        What differs in width or case of letters only is the same department, called as it was written first.

        Raises:
            WrongValue: when a name cannot be used, or one above is retired.
        """
        depth, above = self._as_far_as_there(path)
        if above is not None:
            path = self.names_of(usable(above)) + path[depth:]
        if not all(path):
            raise WrongValue(N_("A part between the separators is empty."))
        return self._as_written_first(tuple(map(_usable_name, path)))

    def names_of(self, known: Known) -> Path:
        """Return the names of a department from the top."""
        names = [known.name]
        while known.parent_id is not None:
            known = self.by_id[known.parent_id]
            names.append(known.name)
        return tuple(reversed(names))

    def name_of(self, place: int | Path) -> str:
        """Return the full name of a department, there or to be made."""
        return self.by_id[place].full_name if isinstance(place, int) else shown_line(place)

    def within(self, place: int | Path) -> bool:
        """Say whether the actor reaches a department, or may make it: below one within reach."""
        if self._whole:
            return True
        if isinstance(place, int):
            return self.by_id[place].within
        nearest = self._exactly(place[:-1])[-1:]
        return bool(nearest) and nearest[0].within

    def missing(self, paths: Iterable[Path], but: Collection[Key] = ()) -> list[Path]:
        """Return what is to be made for departments that are to be made: those above that are not there, and they.

        What is in ``but`` is made anyhow, with all above it. Each comes after the one above it.
        """
        found: dict[Path, None] = {}
        for path in paths:
            steps: list[Path] = []
            depth, there = len(path), len(self._exactly(path))
            while depth > there and (step := path[:depth]) not in found and step not in but:
                steps.append(step)
                depth -= 1
            found |= dict.fromkeys(reversed(steps))
        return list(found)

    def node(self, path: Path) -> Node:
        """Return a department that is to be made with the one that it is to lie below."""
        line = self._exactly(path[:-1])
        parent: Key | None = line[-1].id if line and len(line) == len(path) - 1 else path[:-1] or None
        return Node(path, parent, path[-1], None)

    def _exactly(self, path: Path) -> list[Known]:
        # The departments along a path from the top, as far as they are there and called exactly so.
        line: list[Known] = []
        for name in path:
            found = self._below.get((line[-1].id if line else None, name))
            if found is None:
                break
            line.append(found)
        return line

    def _as_far_as_there(self, path: Path) -> tuple[int, Known | None]:
        # How deep a path leads to one department: exactly, or else to the only one that is alike.
        line = self._exactly(path)
        best: tuple[int, Known | None] = (len(line), line[-1]) if line else (0, None)
        alike: list[int | None] = [None]
        for depth, name in enumerate(path, start=1):
            found = [one for parent in alike for one in self._alike.get((parent, _folded(name)), ())]
            if not found:
                break
            if len(found) == 1 and depth > best[0]:
                best = (depth, found[0])
            alike = [one.id for one in found]
        return best

    def _as_written_first(self, path: Path) -> Path:
        at, names = self._first_written, []
        for name in path:
            at = at.below.setdefault(_folded(name), Written(name))
            names.append(at.name)
        return tuple(names)

    def _ending(self, path: Path) -> list[Known]:
        return [one for one in self._by_last.get(_folded(path[-1]), ()) if self._ends(one, path)]

    def _ends(self, known: Known, path: Path) -> bool:
        at: Known | None = known
        for name in reversed(path):
            if at is None or _folded(at.name) != _folded(name):
                return False
            at = self.by_id[at.parent_id] if at.parent_id is not None else None
        return True


class Written:
    """A department that is to be made, as it was written first, and those below it by their folded names."""

    def __init__(self, name: str) -> None:
        """Begin with none below it."""
        self.name = name
        self.below: dict[str, Written] = {}


def parted(written: str) -> Path:
    """Part what a cell says at the separators."""
    return tuple(BETWEEN.split(written.strip()))


def usable(found: Known) -> Known:
    """Return a department unless it is retired.

    Raises:
        WrongValue: when it is.
    """
    if found.retired:
        raise WrongValue(RETIRED, name=found.full_name)
    return found


def load_places(tx: Transaction, reach: Reach, *, create: bool) -> Places:
    """Return all departments as they stand."""
    within = departments_within(reach).label("within")
    rows = tx.execute(
        select(
            Department.id, Department.parent_id, Department.code, Department.name, Department.full_name,
            Department.retired_at, within,
        )
    )  # fmt: skip
    known = [
        Known(
            row.id, row.parent_id, row.code, row.name, row.full_name, row.retired_at is not None, row.within
        )
        for row in rows
    ]  # fmt: skip
    return Places(known, create=create, whole=reach.whole)


@lru_cache(maxsize=MANY)
def _usable_name(part: str) -> str:
    return department_name(part)


@lru_cache(maxsize=MANY)
def _folded(part: str) -> str:
    return "".join(unicodedata.normalize("NFKC", part).casefold().split())
