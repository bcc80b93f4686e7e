"""CSV files that leave the product: no cell of them is ever a formula in somebody's spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from core.inputs import Row
from services.people.text import FORMULA_SIGNS

DANGEROUS = (*FORMULA_SIGNS, "\t", "\r")


class CsvFile(Row):
    """A file to hand out."""

    filename: str
    content: bytes
    rows: int


def written(rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> str:
    """Return rows as CSV text with the line ends that Excel expects; formulas get an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue()


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet reads as a formula."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell
