"""Reading the rows of a file: each cell to its value, each fault to a sentence, without looking at anybody."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import RenrakuError
from core.i18n import N_
from core.inputs import WrongValue
from data.models.people import RowAction
from services.people.fields import MOST_DEPARTMENTS, MOST_REGIONS
from services.people.imports.cells import PLAIN, Cells, several
from services.people.imports.columns import MAIL_FIELDS
from services.people.imports.places import Path, Places
from services.people.imports.plan import PlannedRow, Problem, Say
from services.people.imports.read import Streamed
from services.people.imports.regions import find_region

TOLD = 20_000
"""After so many rows it is told how far the reading is."""

RAGGED = N_("The row has {cells} columns, the header has {width}. Perhaps a comma or a quotation mark is missing.")
REPEATED = {
    "code": N_("This code stands in row {row} too."),
    "login": N_("This login name stands in row {row} too."),
    "mail": N_("This mail address stands in row {row} too."),
}


@dataclass(slots=True)
class Draft:
    """A row with the values that could be read from it, by field, and its mail addresses, each once."""

    row: PlannedRow
    values: dict[str, Any]
    mails: tuple[str, ...] = ()
    thing: Any = None
    """What it names, in a file of what belongs to people."""


class RowReader:
    """Makes drafts of the lines of a file, by a mapping of fields to columns."""

    def __init__(
        self, sheet: Streamed, mapping: Mapping[str, str], readers: Mapping[str, Callable[[str], Any]]
    ) -> None:
        """Work out which cell of a line is which field; ``readers`` make a value of a cell, by field."""
        self._sheet = sheet
        self.mapping = mapping
        self._readers = [
            (name, column, sheet.header.index(column), Cells(readers.get(name) or PLAIN[name]))
            for name, column in mapping.items()
        ]

    def read(self, say: Say) -> list[Draft]:
        """Return a draft of each line, with what is wrong in it."""
        drafts: list[Draft] = []
        count = len(self._sheet.lines)
        found = [(name, index, known) for name, _column, index, known in self._readers]
        for at, line in enumerate(self._sheet.lines):
            if at % TOLD == 0:
                say(N_("Reading"), at, count)
            row = PlannedRow(line.number, RowAction.ERROR)
            cells = self._fitted(row, line.cells)
            drafts.append(Draft(row, {name: known[cells[index]] for name, index, known in found}))
        self._blame_faulty(drafts)
        return drafts

    def blame(self, draft: Draft, name: str, message: str, /, **values: object) -> None:
        """Note what is wrong with a row, in the column of a field."""
        shown = {key: str(value) for key, value in values.items()}
        draft.row.blame(Problem(self.mapping.get(name, ""), message, shown))

    def _fitted(self, row: PlannedRow, cells: list[str]) -> list[str]:
        width = len(self._sheet.header)
        if len(cells) == width:
            return cells
        if len(cells) < width or any(map(str.strip, cells[width:])):
            row.blame(Problem("", RAGGED, {"cells": str(len(cells)), "width": str(width)}))
        return cells + [""] * (width - len(cells))

    def _blame_faulty(self, drafts: list[Draft]) -> None:
        faulty = [(name, column) for name, column, _, known in self._readers if known.faulty]
        for draft in drafts if faulty else ():
            for name, column in faulty:
                if isinstance(draft.values[name], RenrakuError):
                    draft.row.blame(Problem.of(column, draft.values.pop(name)))


class PeopleReader(RowReader):
    """Reads the rows of a people file, in which nobody, and no address, stands twice."""

    def __init__(
        self, sheet: Streamed, mapping: Mapping[str, str], places: Places, own: Mapping[str, Callable[[str], Any]]
    ) -> None:
        """Look departments up in ``places``; ``own`` reads the cells of own fields."""
        lookups = {"departments": lambda cell: find_departments(cell, places), "regions": find_regions}
        super().__init__(sheet, mapping, {**lookups, **own})

    def read(self, say: Say) -> list[Draft]:
        """Return a draft of each line, with what is wrong in it or repeated in the file."""
        drafts = super().read(say)
        self._gather_mails(drafts)
        for kind, fields in (("code", ("code",)), ("login", ("login",)), ("mail", MAIL_FIELDS)):
            self._blame_repeated(drafts, kind, [name for name in fields if name in self.mapping])
        return drafts

    def _gather_mails(self, drafts: list[Draft]) -> None:
        mapped = [name for name in MAIL_FIELDS if name in self.mapping]
        for draft in drafts if mapped else ():
            found = [mail for name in mapped if (mail := draft.values.get(name))]
            draft.mails = tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)

    def _blame_repeated(self, drafts: list[Draft], kind: str, names: list[str]) -> None:
        first: dict[str, Draft] = {}
        repeated: dict[str, list[Draft]] = defaultdict(list)
        for name in names:
            for draft in drafts:
                value = self._compared(kind, draft.values.get(name, ""))
                if value and first.setdefault(value, draft) is not draft:
                    repeated[value].append(draft)
        for value, others in repeated.items():
            everywhere = sorted(
                {id(one): one for one in (first[value], *others)}.values(), key=lambda one: one.row.line
            )
            for draft in everywhere:
                other = everywhere[0] if draft is not everywhere[0] else everywhere[1]
                column = next(
                    self.mapping[name] for name in names if self._compared(kind, draft.values.get(name, "")) == value
                )
                draft.row.blame(Problem(column, REPEATED[kind], {"row": str(other.row.line)}))

    @staticmethod
    def _compared(kind: str, value: str) -> str:
        # Nobody tells two by capital letters, but for codes: two people who have them so already keep them.
        return value if kind == "code" else value.lower()


def find_departments(cell: str, places: Places) -> tuple[int | Path, ...]:
    """Return the departments that a cell names, the main one first, each once."""
    found = tuple(dict.fromkeys(places.find(part) for part in several(cell)))
    if len(found) > MOST_DEPARTMENTS:
        raise WrongValue(N_("Enter at most {most} departments."), most=MOST_DEPARTMENTS)
    return found


def find_regions(cell: str) -> tuple[str, ...]:
    """Return the codes of the regions that a cell names, in order of the codes, each once."""
    found = tuple(sorted({find_region(part) for part in several(cell.replace(",", ";").replace("，", ";"))}))
    if len(found) > MOST_REGIONS:
        raise WrongValue(N_("Enter at most {most} regions."), most=MOST_REGIONS)
    return found
