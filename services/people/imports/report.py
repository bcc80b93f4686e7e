"""The rows that were not taken, as the CSV that was uploaded with a column that says why (理由)."""

from pathlib import PurePath

from sqlalchemy import select

from core import csvout
from core.actor import What
from core.i18n import N_
from core.operations import query
from core.transaction import Transaction
from data.models.people import PeopleImport, PeopleImportRow, RowAction
from services.people.csv_file import CsvFile
from services.people.imports.file import stored
from services.people.imports.queries import ImportAsk, problems_of, seen_import
from services.people.imports.read import open_sheet

REASON = "理由"


@query("people.import_bad_csv", N_("Get the rows with errors as a CSV"), does=What.EXPORT)
def bad_csv(tx: Transaction, ask: ImportAsk) -> CsvFile:
    """Return the rows with errors in the encoding and with the delimiter of the upload, and the reason in words.

    Raises:
        NotFound: when there is no such import within reach.
    """
    found = seen_import(tx, bad_csv, ask.id)
    rows = tx.execute(
        select(PeopleImportRow)
        .where(PeopleImportRow.import_id == found.id, PeopleImportRow.action == RowAction.ERROR)
        .order_by(PeopleImportRow.line)
    ).scalars()
    lines = [_with_reason(found, list(map(csvout.armed, row.cells)), _reason(row)) for row in rows]
    delimiter = open_sheet(stored(tx, found.id), found.encoding).delimiter
    header = _with_reason(found, list(found.header), REASON)
    # What an encoding does not know can only stand in our own sentences: the cells came from it.
    content = csvout.lines([header, *lines], delimiter=delimiter).encode(found.encoding, "replace")
    stem = PurePath(found.filename).stem
    return CsvFile(filename=f"{stem}_{REASON}.csv", content=content, rows=len(lines))


def _with_reason(found: PeopleImport, cells: list[str], reason: str) -> list[str]:
    if REASON not in found.header:
        return [*cells, *[""] * (len(found.header) - len(cells)), reason]
    at = found.header.index(REASON)  # the file is one of ours that was corrected in part
    padded = [*cells, *[""] * (at + 1 - len(cells))]
    return [*padded[:at], reason, *padded[at + 1 :]]


def _reason(row: PeopleImportRow) -> str:
    return " ".join(
        f"{problem.column}: {problem.text}" if problem.column else problem.text for problem in problems_of(row)
    )
