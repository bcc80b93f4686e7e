"""Imports of departments by code and the code of the one above (部署コード, 親部署コード, D03), in any order of rows.

A department that is known by its code is renamed or moved to what the file says; one of the same name in the same
place that has no code yet gets it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.i18n import N_
from core.inputs import WrongValue
from data.models.people import RowAction
from services.access import LEFT_OUT, SEPARATOR, shown_line
from services.people.imports.departments import CODE_TWICE, DepartmentPlan, DepartmentReader
from services.people.imports.places import CODE_ALIKE, RETIRED, Known, Places
from services.people.imports.plan import PlannedRow, Say
from services.people.imports.read import Sheet
from services.people.tree import Key, Node, department_name

REQUIRED = N_("This is required.")
NO_PARENT = N_("There is no department with the code {code}, neither in the file nor here.")
PARENT_FAULTY = N_("The department above it, in row {row}, cannot be taken.")
CYCLE = N_("This department would lie below itself: {codes}. Correct the code of the department above.")
SAME_NAME = N_("Another department of this name lies in the same place.")
MOST_AROUND = 12


@dataclass(slots=True)
class Wanted:
    """A row as read: the department has this code and name and lies below the one with that code (None: at the top)."""

    row: PlannedRow
    code: str
    name: str
    parent_code: str | None
    known: Known | None = None

    @property
    def key(self) -> Key:
        """Return what the department is called while the tree is worked out."""
        return self.known.id if self.known else self.code


def plan_by_code(sheet: Sheet, mapping: Mapping[str, str], places: Places, say: Say) -> DepartmentPlan:
    """Return what would become of each row of a file with codes."""
    reader = DepartmentReader(sheet, mapping)
    rows = [reader.row(line) for line in sheet.lines]
    say(N_("Comparing"), 0, len(rows))
    read = [one for row in rows if not row.problems and (one := _read(reader, row)) is not None]
    _flag_repeated(reader, read)
    for one in read:
        if whole := places.with_zeros(one.code):
            reader.blame(one.row, "code", CODE_ALIKE, code=whole)
    trees = Trees(reader, places, read)
    sound = [one for one in read if not one.row.problems]
    # A row that cannot be taken may carry others with it, until what is left is a tree.
    while trees.blame_unsound(sound):
        sound = [one for one in sound if not one.row.problems]
    for one in sound:
        trees.decide(one)
    return DepartmentPlan(rows)


def _read(reader: DepartmentReader, row: PlannedRow) -> Wanted | None:
    code, parent_code, name = reader.code(row), reader.code(row, "parent_code"), ""
    try:
        name = department_name(reader.cell(row, "name"))
    except WrongValue as error:
        reader.blame(row, "name", error.message, **error.values)
    for field, value in (("code", code), ("name", name)):
        if not value and not row.problems:
            reader.blame(row, field, REQUIRED)
    return None if row.problems or code is None else Wanted(row, code, name, parent_code)


def _flag_repeated(reader: DepartmentReader, read: Iterable[Wanted]) -> None:
    first: dict[str, Wanted] = {}
    for one in read:
        other = first.setdefault(one.code, one)
        if other is not one:
            reader.blame(one.row, "code", CODE_TWICE, row=other.row.line)
            if not other.row.problems:
                reader.blame(other.row, "code", CODE_TWICE, row=one.row.line)


class Trees:
    """The tree as it is, and as it would be with the rows that are still sound."""

    def __init__(self, reader: DepartmentReader, places: Places, read: list[Wanted]) -> None:
        """Recognise the departments that are there: by code, or by name and place while they have none."""
        self._reader = reader
        self._places = places
        self._by_code = {one.code: one for one in read}
        self._nodes: dict[Key, Node] = {}
        for one in read:
            one.known = places.by_code.get(one.code)
        self._children: dict[str | None, list[Wanted]] = defaultdict(list)
        for one in read:
            self._children[one.parent_code].append(one)
        # From the top down: a department can be recognised by its place once the one above it is.
        waiting = [one for one in read if one.known is None]
        for one in waiting:  # grows while it is gone through
            if one.known is None and self._recognise(one):
                waiting += self._children[one.code]

    def blame_unsound(self, sound: list[Wanted]) -> bool:
        """Note what keeps a row from being taken if all others of ``sound`` are; say whether there was anything."""
        self._nodes = {one.id: Node(one.id, one.parent_id, one.name, one.code) for one in self._places.by_id.values()}
        self._rooted: set[Key] = set()
        by_code = {one.code: one for one in sound}
        for one in sound:
            self._nodes[one.key] = Node(one.key, self._parent(one, by_code), one.name, one.code)
        for one in sound:
            self._blame(one, by_code)
        self._blame_same_names([one for one in sound if not one.row.problems])
        faulty = [one for one in sound if one.row.problems]
        for one in faulty:  # grows by those below, so that a long line need not be gone through level by level
            if one.code not in self._places.by_code:
                below = [lower for lower in self._children[one.code] if not lower.row.problems]
                for lower in below:
                    self._reader.blame(lower.row, "parent_code", PARENT_FAULTY, row=one.row.line)
                faulty += below
        return bool(faulty)

    def decide(self, one: Wanted) -> None:
        """Note what becomes of a row that can be taken."""
        row, node = one.row, self._nodes[one.key]
        if one.known is None:
            row.action, row.target = RowAction.ADD, node
            return
        known = self._places.by_id[one.known.id]
        now = Node(known.id, known.parent_id, known.name, known.code)
        row.action = RowAction.SAME if now == node else RowAction.CHANGE
        if row.action is RowAction.CHANGE:
            row.target = node
            row.changes = [
                change
                for change in (
                    ("path", *differing(self._places.names_of(known), self._names(node))),
                    ("code", known.code or "", one.code),
                )
                if change[1] != change[2]
            ]

    def _recognise(self, one: Wanted) -> bool:
        above = self._by_code.get(one.parent_code or "")
        parent = above.known if above else self._places.by_code.get(one.parent_code or "")
        if one.parent_code and parent is None:
            return False
        known = self._places.below(parent.id if parent else None, one.name)
        one.known = known if known and known.code is None else None
        return one.known is not None

    def _parent(self, one: Wanted, by_code: Mapping[str, Wanted]) -> Key | None:
        if one.parent_code is None:
            return None
        if one.parent_code in by_code:
            return by_code[one.parent_code].key
        known = self._places.by_code.get(one.parent_code)
        return known.id if known else None

    def _blame(self, one: Wanted, by_code: Mapping[str, Wanted]) -> None:
        code = one.parent_code
        if one.known and one.known.retired:
            self._reader.blame(one.row, "code", RETIRED, name=one.known.full_name)
        if code and code not in by_code and code not in self._places.by_code:
            if code in self._by_code:
                self._reader.blame(one.row, "parent_code", PARENT_FAULTY, row=self._by_code[code].row.line)
            elif whole := self._places.with_zeros(code):
                self._reader.blame(one.row, "parent_code", CODE_ALIKE, code=whole)
            else:
                self._reader.blame(one.row, "parent_code", NO_PARENT, code=code)
        elif code and code not in by_code and self._places.by_code[code].retired:
            self._reader.blame(one.row, "parent_code", RETIRED, name=self._places.by_code[code].full_name)
        line = self._upwards(one.key)
        if line[-1] == one.key and len(line) > 1:
            codes = around([self._nodes[key].code or self._nodes[key].name for key in line])
            self._reader.blame(one.row, "parent_code", CYCLE, codes=codes)

    def _blame_same_names(self, sound: list[Wanted]) -> None:
        by_place: dict[tuple[Key | None, str], Key] = {}
        for node in self._nodes.values():
            by_place.setdefault((node.parent, node.name), node.key)
        for one in sound:
            node = self._nodes[one.key]
            if by_place[node.parent, node.name] != one.key:
                self._reader.blame(one.row, "name", SAME_NAME)

    def _upwards(self, key: Key) -> list[Key]:
        # Ends at the top or below what is known to lead there, or at a department that was passed already.
        line: dict[Key, None] = {key: None}
        parent = self._nodes[key].parent
        while parent is not None and parent not in line and parent not in self._rooted:
            line[parent] = None
            parent = self._nodes[parent].parent
        if parent is not None and parent in line:
            return [*line, parent]
        self._rooted |= line.keys()
        return [*line]

    def _names(self, node: Node) -> list[str]:
        names = [node.name]
        while node.parent is not None:
            node = self._nodes[node.parent]
            names.append(node.name)
        return names[::-1]


def differing(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    """Return two lines of names as they are shown, or whole where they differ in what is left out only."""
    shown = shown_line([*before]), shown_line([*after])
    return shown if shown[0] != shown[1] else (SEPARATOR.join(before), SEPARATOR.join(after))


def around(names: Sequence[str]) -> str:
    """Return what lies in a circle, the middle of many left out."""
    few = names if len(names) <= MOST_AROUND else [*names[: MOST_AROUND - 3], LEFT_OUT, *names[-2:]]
    return " → ".join(few)
