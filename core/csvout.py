"""Rows as a CSV that Excel opens as it should: byte order mark or CP932, no cell that a spreadsheet would run."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from core.shown import NONE, said

ENCODINGS = {"utf8": "utf-8-sig", "cp932": "cp932"}
"""What may be asked for: UTF-8 with a byte order mark, and what older programmes read."""

FORMULA_SIGNS = ("=", "+", "-", "@")
RUN_BY_SPREADSHEETS = (*FORMULA_SIGNS, "\t", "\r")
UNWRITABLE = "〓"


def cell(value: object) -> str:
    """Write one value as text that no spreadsheet takes for a formula; numbers stay numbers."""
    if type(value) is str:
        return defused(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = said(value)
    return "" if text == NONE else defused(text)


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; ``armed`` takes away what is put before it here."""
    # One that has apostrophes there already gets another, or reading it would take away its own.
    return f"'{text}" if text.lstrip("'").startswith(RUN_BY_SPREADSHEETS) else text


def armed(text: str) -> str:
    """Return a text without the apostrophe that keeps a spreadsheet from reading it as a formula."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA_SIGNS) else text


def lines(rows: Iterable[Sequence[object]], *, delimiter: str = ",") -> str:
    """Write rows as lines of CSV."""
    out = StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([cell(one) for one in row] for row in rows)
    return out.getvalue()


def encoded(parts: Iterable[str], encoding: str) -> Iterator[bytes]:
    """Encode pieces of one file; what the encoding cannot write becomes 〓, as on Japanese paper."""
    codec = ENCODINGS[encoding]
    for at, part in enumerate(parts):
        if codec == "cp932":
            yield "".join(letter if _fits(letter) else UNWRITABLE for letter in part).encode("cp932")
        else:
            yield part.encode("utf-8-sig" if at == 0 else "utf-8")


def _fits(letter: str) -> bool:
    try:
        letter.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
