"""From the bytes of an uploaded file to rows of cells: encoding, delimiter, header, and what is wrong with it."""

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Generic, Protocol, TypeVar

from core.errors import Invalid
from core.i18n import N_
from services.people.imports.encoding import encoding_of

DELIMITERS = ",\t;"
WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # xlsx (a ZIP), an empty ZIP, xls
WORKBOOK = N_(
    "This is an Excel workbook, not a CSV. In Excel, choose “Save as”, then “CSV UTF-8”, and upload that file."
)
EMPTY = N_("The file is empty.")
NO_ROWS = N_("The file has a header but no rows below it.")
QUOTES = N_("The quotation marks of row {row} do not match. Save the file as CSV again, for instance with Excel.")
TOO_LONG = N_(
    "A cell of row {row} has more than {limit} characters; perhaps a quotation mark is missing there or above. "
    "Correct it and upload the file again."
)
NO_LINES = N_("A line of the file has more than {limit} characters, so this is no CSV. Save the file as CSV again.")
LONGEST = 2**22
"""Characters of a line; without an end of lines a file would come as one, and be whole in memory."""

csv.field_size_limit(2**20)
"""Characters of a cell, for all that read CSV here: a department may be named by thousands of names from the top."""

BYTE_ORDER_MARK = "\ufeff"
LONGEST_SHOWN = 500
"""Letters of a cell that a page shows; a missing quotation mark makes a cell of half a file."""

NUL, NUL_SHOWN = "\0", "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file; ``number`` counts as a spreadsheet does, the header being row 1."""

    number: int
    cells: list[str]


L_co = TypeVar("L_co", bound=Iterable[Line], covariant=True)


@dataclass(frozen=True, slots=True)
class Read(Generic[L_co]):
    """A CSV file as read: every line that is not empty, its cells as they stand."""

    encoding: str
    delimiter: str
    header: list[str]
    lines: L_co


Sheet = Read[list[Line]]
"""All of a file at once."""


class Lines:
    """The lines of a stored file, read from its beginning each time that somebody goes through them.

    They are never all in memory. Reading goes on in the transaction, which can be used for other things between lines,
    but not by a COPY that is still open.
    """

    def __init__(self, opened: Callable[[], BinaryIO], encoding: str, count: int) -> None:
        """Keep how to open the file anew, and how many lines there are."""
        self._opened = opened
        self._encoding = encoding
        self._count = count

    def __iter__(self) -> Iterator[Line]:
        """Read the file."""
        return open_sheet(self._opened(), self._encoding).lines

    def __len__(self) -> int:
        """Return how many lines there are."""
        return self._count


class Counted(Iterable[Line], Protocol):
    """Lines that can be gone through as often as need be."""

    def __len__(self) -> int:
        """Return how many there are."""


Streamed = Read[Counted]
"""A file that is read line after line; they need not all be in memory."""


def beginning(cell: str) -> str:
    """Return as much of a cell as is shown."""
    return cell if len(cell) <= LONGEST_SHOWN else f"{cell[:LONGEST_SHOWN]}…"


def read_sheet(file: BinaryIO, encoding: str | None = None) -> Sheet:
    """Read a CSV file (カンマ, タブ or セミコロン; UTF-8, UTF-16, CP932, EUC-JP or ISO-2022-JP).

    Raises:
        Invalid: when it is empty, no CSV, unreadable, or has no usable header; says what to do.
    """
    opened = open_sheet(file, encoding)
    lines = list(opened.lines)
    if not lines:
        raise Invalid(NO_ROWS)
    return Read(opened.encoding, opened.delimiter, opened.header, lines)


def stream_sheet(opened: Callable[[], BinaryIO], encoding: str, count: int) -> Streamed:
    """Return a stored file whose lines were counted, to go through as often as need be.

    Raises:
        Invalid: when it cannot be read any more; asking for lines may, too.
    """
    begun = open_sheet(opened(), encoding)
    return Read(encoding, begun.delimiter, begun.header, Lines(opened, encoding, count))


def open_sheet(file: BinaryIO, encoding: str | None = None) -> Read[Iterator[Line]]:
    """Begin to read a CSV file; its lines are read as they are asked for. ``encoding`` is what it was found to be.

    Raises:
        Invalid: when it is empty, no CSV, unreadable, or has no usable header; asking for lines may, too.
    """
    if encoding is None:
        _refuse_other_files(file)
        encoding = encoding_of(file)
        file.seek(0)
        if not any(map(str.strip, _text(file, encoding))):
            raise Invalid(EMPTY)
        file.seek(0)
    text = _text(file, encoding)
    delimiter, skipped, text = _delimited(text)
    lines = _lines(text, delimiter, skipped)
    header = _header(next(lines, None))
    return Read(encoding, delimiter, header, (line for line in lines if any(map(str.strip, line.cells))))


def _refuse_other_files(file: BinaryIO) -> None:
    if not file.seek(0, os.SEEK_END):
        raise Invalid(EMPTY)
    file.seek(0)
    if file.read(8).startswith(WORKBOOKS):
        raise Invalid(WORKBOOK)


def _text(file: BinaryIO, encoding: str) -> Iterator[str]:
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        while line := text.readline(LONGEST):
            if len(line) == LONGEST:
                raise Invalid(NO_LINES, limit=f"{LONGEST:,}")
            yield line
    finally:
        if not file.closed:
            text.detach()  # else it would close the file


def _delimited(text: Iterator[str]) -> tuple[str, int, Iterator[str]]:
    first = next(text, "")
    shown = first.rstrip("\r\n")
    if shown.lower().startswith("sep=") and len(shown) == 5:
        return shown[4], 1, text  # a hint that Excel reads and some programs write
    return max(DELIMITERS, key=first.count), 0, chain([first], text)


def _lines(text: Iterator[str], delimiter: str, skipped: int) -> Iterator[Line]:
    number = skipped
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "field limit" in str(error):
                raise Invalid(TOO_LONG, row=number, limit=f"{csv.field_size_limit():,}") from error
            raise Invalid(QUOTES, row=number) from error
        if cells is None:
            return
        yield Line(number, cells)


def _header(line: Line | None) -> list[str]:
    # Programs that join files, or mark one that has its mark already, leave marks inside.
    cells = [cell.replace(BYTE_ORDER_MARK, "") for cell in line.cells] if line else []
    names = [name.strip().replace(NUL, NUL_SHOWN) for name in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Invalid(N_("The first row is empty. It must hold the names of the columns."))
    names = [name or f"({at})" for at, name in enumerate(names, start=1)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Invalid(
            N_("Two columns are called “{names}”. Give each column a name of its own."), names="”, “".join(twice)
        )
    return names
