"""From the bytes of an uploaded file to rows of cells: encoding, delimiter, header, and what is wrong with it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import Invalid
from core.i18n import N_
from core.settings import settings

DELIMITERS = ",\t;"
UTF_8, UTF_8_BOM, UTF_16, CP932 = "utf-8", "utf-8-sig", "utf-16", "cp932"
WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # xlsx (a ZIP), an empty ZIP, xls
HALF_WIDTH = range(0xFF61, 0xFFA0)
WORKBOOK = N_(
    "This is an Excel workbook, not a CSV. In Excel, choose “Save as”, then “CSV UTF-8”, and upload that file."
)
EMPTY = N_("The file is empty.")
UNREADABLE = N_("The file cannot be read as UTF-8, Shift_JIS (CP932) or UTF-16. In Excel, save it as “CSV UTF-8”.")
QUOTES = N_("The quotation marks of row {row} do not match. Save the file as CSV again, for instance with Excel.")
TOO_LONG = N_(
    "A cell of row {row} has more than {limit} characters; perhaps a quotation mark is missing there or above. "
    "Correct it and upload the file again."
)
BYTE_ORDER_MARK = "\ufeff"
NUL, NUL_SHOWN = "\0", "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file; ``number`` counts as a spreadsheet does, the header being row 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file as read: every line that is not empty, its cells as they stand."""

    encoding: str
    delimiter: str
    header: list[str]
    lines: list[Line]


def read_header(content: bytes) -> Sheet:
    """Read the first lines of a file that was read before: encoding, delimiter and header, no rows."""
    encoding, text = decoded(content)
    delimiter, skipped, text = _delimited(text)
    return Sheet(encoding, delimiter, _header(next(_lines(text, delimiter, skipped), None)), [])


def read_sheet(content: bytes) -> Sheet:
    """Read a CSV file (カンマ, タブ or セミコロン; UTF-8, UTF-16, CP932, EUC-JP or ISO-2022-JP).

    Raises:
        Invalid: when it is empty, too large, no CSV, unreadable, or has no usable header; says what to do.
    """
    _refuse_other_files(content)
    encoding, text = decoded(content)
    if not text.strip():
        raise Invalid(EMPTY)
    delimiter, skipped, text = _delimited(text)
    lines = _lines(text, delimiter, skipped)
    header = _header(next(lines, None))
    rows = [line for line in lines if any(map(str.strip, line.cells))]
    if not rows:
        raise Invalid(N_("The file has a header but no rows below it."))
    return Sheet(encoding, delimiter, header, rows)


def decoded(content: bytes) -> tuple[str, str]:
    """Return the encoding of a file and its text.

    Raises:
        Invalid: when it is in none of the encodings that we know.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", UTF_8_BOM), (b"\xff\xfe", UTF_16), (b"\xfe\xff", UTF_16)):
        if content.startswith(mark):
            candidates = [encoding]
            break
    else:
        candidates = _without_mark(content)
    for encoding in candidates:
        text = _strictly(content, encoding)
        if text is not None:
            return encoding, text
    raise Invalid(UNREADABLE)


def _refuse_other_files(content: bytes) -> None:
    limit = settings().upload_limit_mib
    if len(content) > limit * 1024 * 1024:
        raise Invalid(N_("The file is larger than {limit} MiB. Split it and import the parts."), limit=limit)
    if not content.strip():
        raise Invalid(EMPTY)
    if content.startswith(WORKBOOKS):
        raise Invalid(WORKBOOK)


def _without_mark(content: bytes) -> list[str]:
    nuls = content.count(0)
    if nuls * 10 > len(content):
        # ASCII letters of UTF-16 are every other byte NUL; which one says the order of bytes.
        return ["utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"]
    if b"\x1b$" in content:
        return ["iso2022_jp_2004", "iso2022_jp", UTF_8]
    found = [UTF_8, CP932, "euc_jp"]
    as_cp932, as_euc = _strictly(content, CP932), _strictly(content, "euc_jp")
    if as_cp932 and as_euc and _half_width(as_cp932) > _half_width(as_euc):
        # Read as CP932, EUC-JP is a salad of half-width kana.
        found = [UTF_8, "euc_jp", CP932]
    return found


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _half_width(text: str) -> int:
    return sum(count for letter, count in Counter(text).items() if ord(letter) in HALF_WIDTH)


def _delimited(text: str) -> tuple[str, int, str]:
    first, _, rest = text.partition("\n")
    if first.rstrip("\r").lower().startswith("sep=") and len(first.rstrip("\r")) == 5:
        return first[4], 1, rest  # a hint that Excel reads and some programs write
    return max(DELIMITERS, key=first.partition("\r")[0].count), 0, text


def _lines(text: str, delimiter: str, skipped: int) -> Iterator[Line]:
    number = skipped
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
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
