"""Rows as an Excel workbook (xlsx), row by row: what is written lies in a file, memory does not grow with it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import BinaryIO
from unicodedata import east_asian_width

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.clock import jst
from core.csvout import RUN_BY_SPREADSHEETS
from core.shown import NONE, said

Rows = Iterable[Sequence[object]]
ROWS_A_SHEET = 1_048_575
"""What a sheet holds below its headings; more rows go on to the next sheet."""

EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number; longer ones are written as text."""

WIDTHS = (8, 48)
LOOKED_AT = 50
"""Rows by which the width of columns is chosen."""

OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Yu Gothic", "font_size": 11},
}  # fmt: skip


def write(into: BinaryIO, header: Sequence[str], rows: Rows) -> None:
    """Write a workbook with one heading row, fixed and with filters, into a file that is open for writing.

    Numbers, dates and moments (JST) are such for the spreadsheet too; other values are text as people write them. A
    text that looks like a formula is marked as text, as a leading apostrophe does it. ``rows`` is read once, in order.
    """
    with Workbook(into, OPTIONS) as book:
        writer = _Writer(book)
        left = iter(rows)
        while (beginning := list(islice(left, LOOKED_AT))) or not book.worksheets():
            sheet = _sheet(book, header, beginning)
            count = 0
            for count, row in enumerate(islice(chain(beginning, left), ROWS_A_SHEET), start=1):
                for column, value in enumerate(row):
                    writer.cell(sheet, count, column, value)
            sheet.autofilter(0, 0, count, max(len(header) - 1, 0))


def _sheet(book: Workbook, header: Sequence[str], beginning: Sequence[Sequence[object]]) -> Worksheet:
    sheet: Worksheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E6F0EC"})
    for column, heading in enumerate(header):
        shown = [heading, *(_text(row[column]) for row in beginning)]
        sheet.set_column(column, column, min(max(WIDTHS[0], 2 + max(map(_width, shown))), WIDTHS[1]))
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(header):
        sheet.write_string(0, column, heading, bold)
    return sheet


class _Writer:
    """Writes one cell after the other in the formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.day = book.add_format({"num_format": "yyyy/mm/dd"})
        self.moment = book.add_format({"num_format": "yyyy/mm/dd hh:mm"})
        self.harmless = book.add_format({"quote_prefix": True})

    def cell(self, sheet: Worksheet, row: int, column: int, value: object) -> None:
        """Write one value."""
        match value:
            case datetime():
                sheet.write_datetime(row, column, jst(value).replace(tzinfo=None), self.moment)
            case date():
                sheet.write_datetime(row, column, value, self.day)
            case int() | float() | Decimal() if _is_exact(value):
                sheet.write_number(row, column, value)
            case _:
                if text := _text(value):
                    sheet.write_string(row, column, text, self._format(text))

    def _format(self, text: str) -> Format | None:
        return self.harmless if text.startswith(RUN_BY_SPREADSHEETS) else None


def _is_exact(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and -EXACT < value < EXACT


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = said(value)
    return "" if text == NONE else text


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
