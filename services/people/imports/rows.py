"""Reading the rows of a people file: each cell to its value, each fault to a sentence, without looking at anybody."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
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
from services.people.imports.read import Line, Sheet
from services.people.imports.regions import find_region

SAY_EVERY = 5_000
REPEATED = {
    "code": N_("This code stands in row {row} too."),
    "login": N_("This login name stands in row {row} too."),
    "mail": N_("This mail address stands in row {row} too."),
}


@dataclass(slots=True)
class Draft:
    """A row with the values that could be read from it, by field."""

    row: PlannedRow
    values: dict[str, Any] = field(default_factory=dict)

    def mails(self) -> tuple[str, ...]:
        """Return the mail addresses that the row names, each once."""
        found = (self.values.get(name) for name in MAIL_FIELDS)
        return tuple(dict.fromkeys(mail for mail in found if mail))


class RowReader:
    """Makes drafts of the lines of a file, by a mapping of fields to columns."""

    def __init__(self, sheet: Sheet, mapping: Mapping[str, str], places: Places) -> None:
        """Work out which cell of a line is which field."""
        self._sheet = sheet
        self.mapping = mapping
        lookups = {
            "departments": lambda cell: find_departments(cell, places),
            "regions": find_regions,
        }
        self._readers = [
            (name, column, sheet.header.index(column), Cells(lookups.get(name) or PLAIN[name]))
            for name, column in mapping.items()
        ]

    def read(self, say: Say) -> list[Draft]:
        """Return a draft of each line, with what is wrong in it or repeated in the file."""
        drafts = []
        for at, line in enumerate(self._sheet.lines):
            if at % SAY_EVERY == 0:
                say(N_("Reading"), at, len(self._sheet.lines))
            drafts.append(self._draft(line))
        self._flag_repeated(drafts, "code", ("code",))
        self._flag_repeated(drafts, "login", ("login",))
        self._flag_repeated(drafts, "mail", MAIL_FIELDS)
        return drafts

    def _draft(self, line: Line) -> Draft:
        row = PlannedRow(line.number, line.cells, RowAction.ERROR)
        draft = Draft(row)
        cells = self._fitted(row)
        for name, column, index, known in self._readers:
            value = known[cells[index]]
            if isinstance(value, RenrakuError):
                row.problems.append(Problem.of(column, value))
            else:
                draft.values[name] = value
        return draft

    def _fitted(self, row: PlannedRow) -> list[str]:
        width, cells = len(self._sheet.header), row.cells
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            problem = N_(
                "The row has {cells} columns, the header has {width}. Perhaps a comma or a quotation mark is missing."
            )
            row.problems.append(Problem("", problem, {"cells": str(len(cells)), "width": str(width)}))
            return cells + [""] * (width - len(cells))
        return cells

    def _flag_repeated(self, drafts: list[Draft], kind: str, names: tuple[str, ...]) -> None:
        mapped = [name for name in names if name in self.mapping]
        first: dict[str, tuple[Draft, str]] = {}
        repeated: dict[str, list[tuple[Draft, str]]] = defaultdict(list)
        for draft in drafts:
            for name in mapped:
                value = draft.values.get(name)
                if value and first.setdefault(value, (draft, name))[0] is not draft:
                    repeated[value].append((draft, name))
        for value, others in repeated.items():
            everywhere = [first[value], *others]
            for draft, name in everywhere:
                other = first[value][0] if draft is not first[value][0] else others[0][0]
                problem = Problem(self.mapping[name], REPEATED[kind], {"row": str(other.row.line)})
                draft.row.problems.append(problem)


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
