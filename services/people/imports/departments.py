"""Imports of departments by their names from the top (部署パス, D03); missing ones above are made too."""

from collections.abc import Mapping, Sequence

from core.csvout import armed
from core.errors import RenrakuError
from core.i18n import N_
from core.transaction import Transaction
from data.models.people import RowAction
from services.changes import Keeper
from services.people.imports.places import CODE_ALIKE, Path, Places, parted, usable
from services.people.imports.plan import PlannedRow, Problem, Say
from services.people.imports.read import Line, Sheet
from services.people.imports.rows import RAGGED
from services.people.kept import DEPARTMENTS
from services.people.text import code as clean_code
from services.people.tree import Key, Node, store_departments

TWICE = N_("This department stands in row {row} too.")
CODE_TWICE = N_("This code stands in row {row} too.")
CODE_TAKEN = N_("Another department has this code.")


class DepartmentPlan:
    """All rows of a file of departments; the target of a row is the department as it is to be."""

    def __init__(self, rows: list[PlannedRow], above: Sequence[Node] = ()) -> None:
        """Keep the rows, and departments that no row names but that lie above one that is to be made."""
        self.rows = rows
        self._above = above

    def extra_counts(self) -> dict[str, int]:
        """Return how many departments would be made that no row names."""
        return {"departments": len(self._above)}

    def write(self, tx: Transaction, kept: Keeper, say: Say) -> None:
        """Write every row that adds or changes a department, as part of a change-set."""
        say(N_("Writing"), 0, 1)
        new = [row.target for row in self.rows if row.action is RowAction.ADD]
        changed = [row.target for row in self.rows if row.action is RowAction.CHANGE]
        kept.watch(DEPARTMENTS, [node.key for node in changed])
        ids = store_departments(tx, [*self._above, *new], changed)
        kept.added(DEPARTMENTS, list(ids.values()))
        say(N_("Writing"), 1, 1)


class DepartmentReader:
    """Reads the cells of a file of departments."""

    def __init__(self, sheet: Sheet, mapping: Mapping[str, str]) -> None:
        """Work out which cell is which field."""
        self._sheet = sheet
        self._mapping = mapping
        self._cells: dict[int, list[str]] = {}
        self._at = {name: sheet.header.index(column) for name, column in mapping.items()}

    def row(self, line: Line) -> PlannedRow:
        """Return a row that nothing is known of yet, or that it is ragged."""
        row, width = PlannedRow(line.number, RowAction.ERROR), len(self._sheet.header)
        self._cells[line.number] = line.cells
        if len(line.cells) < width or any(cell.strip() for cell in line.cells[width:]):
            row.blame(Problem("", RAGGED, {"cells": str(len(line.cells)), "width": str(width)}))
        return row

    def cell(self, row: PlannedRow, name: str) -> str:
        """Return what a row says for a field; empty if the file has no such column."""
        return armed(self._cells[row.line][self._at[name]].strip()) if name in self._at else ""

    def code(self, row: PlannedRow, name: str = "code") -> str | None:
        """Return a code of a row, or None if it is empty or unusable; then the row has a problem."""
        try:
            return clean_code(self.cell(row, name)) or None
        except RenrakuError as error:
            row.blame(Problem.of(self._mapping[name], error))
            return None

    def blame(self, row: PlannedRow, name: str, message: str, /, **values: object) -> None:
        """Note what is wrong with a row."""
        shown = {key: str(value) for key, value in values.items()}
        row.blame(Problem(self._mapping.get(name, ""), message, shown))


def plan_by_path(sheet: Sheet, mapping: Mapping[str, str], places: Places, say: Say) -> DepartmentPlan:
    """Return what would become of each row of a file with departments from the top."""
    reader = DepartmentReader(sheet, mapping)
    rows = [reader.row(line) for line in sheet.lines]
    by_place: dict[Key, PlannedRow] = {}
    by_code: dict[str, PlannedRow] = {}
    say(N_("Comparing"), 0, len(rows))
    for row in rows:
        if not row.problems:
            _plan_row(reader, row, places, by_place, by_code)
    named = {row.target.key for row in rows if row.action is RowAction.ADD}
    above = places.missing((path[:-1] for path in named), but=named)
    return DepartmentPlan(rows, [places.node(path) for path in above])


def _plan_row(
    reader: DepartmentReader,
    row: PlannedRow,
    places: Places,
    by_place: dict[Key, PlannedRow],
    by_code: dict[str, PlannedRow],
) -> None:
    place, code = _place(reader, row, places), reader.code(row)
    if place is not None and (other := by_place.setdefault(place, row)) is not row:
        reader.blame(row, "path", TWICE, row=other.line)
    if code and (other := by_code.setdefault(code, row)) is not row:
        reader.blame(row, "code", CODE_TWICE, row=other.line)
    taken = places.by_code.get(code) if code else None
    if taken is not None and taken.id != place:
        reader.blame(row, "code", CODE_TAKEN)
    if code and (whole := places.with_zeros(code)):
        reader.blame(row, "code", CODE_ALIKE, code=whole)
    if row.problems or place is None:
        return
    if isinstance(place, tuple):
        row.action, row.target = RowAction.ADD, places.node(place)._replace(code=code)
        return
    known = places.by_id[place]
    row.action = RowAction.SAME if code in {None, known.code} else RowAction.CHANGE
    if row.action is RowAction.CHANGE:
        row.target = Node(known.id, known.parent_id, known.name, code)
        row.changes = [("code", known.code or "", code or "")]


def _place(reader: DepartmentReader, row: PlannedRow, places: Places) -> int | Path | None:
    path = parted(reader.cell(row, "path"))
    known = places.at(path)
    try:
        return usable(known).id if known else places.to_be_made(path)
    except RenrakuError as error:
        reader.blame(row, "path", error.message, **error.values)
        return None
