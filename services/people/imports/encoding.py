"""In which letters an uploaded file is written: found by reading it through, a piece at a time, never all of it."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from core.errors import Invalid
from core.i18n import N_

UTF_8, UTF_8_BOM, UTF_16, CP932, EUC = "utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp"
MARKS = ((b"\xef\xbb\xbf", UTF_8_BOM), (b"\xff\xfe", UTF_16), (b"\xfe\xff", UTF_16))
ESCAPE = b"\x1b$"
"""How ISO-2022-JP begins its Japanese letters."""

HALF_WIDTH = re.compile("[\uff61-\uff9f]")
PIECE = 2**20
UNREADABLE = N_("The file cannot be read as UTF-8, Shift_JIS (CP932) or UTF-16. In Excel, save it as “CSV UTF-8”.")


def encoding_of(file: BinaryIO) -> str:
    """Return the encoding of a file, by Python's name.

    Raises:
        Invalid: when it is in none of the encodings that we know.
    """
    file.seek(0)
    head = file.read(3)
    marked = next((encoding for mark, encoding in MARKS if head.startswith(mark)), None)
    for encoding in [marked] if marked else _without_mark(file):
        if _half_width(file, encoding) is not None:
            return encoding
    raise Invalid(UNREADABLE)


def _without_mark(file: BinaryIO) -> list[str]:
    size, even, odd, escapes = 0, 0, 0, False
    before = b""
    for piece in _pieces(file):
        even, odd = even + piece[::2].count(0), odd + piece[1::2].count(0)
        escapes = escapes or ESCAPE in before + piece
        size, before = size + len(piece), piece[-1:]
    if (even + odd) * 10 > size:
        # ASCII letters of UTF-16 are every other byte NUL; which one says the order of bytes.
        return ["utf-16-le" if odd > even else "utf-16-be"]
    if escapes:
        return ["iso2022_jp_2004", "iso2022_jp", UTF_8]
    if _half_width(file, UTF_8) is not None:
        return [UTF_8]
    as_cp932, as_euc = _half_width(file, CP932), _half_width(file, EUC)
    if as_cp932 is not None and as_euc is not None and as_cp932 > as_euc:
        # Read as CP932, EUC-JP is a salad of half-width kana.
        return [EUC]
    return [CP932, EUC]


def _half_width(file: BinaryIO, encoding: str) -> int | None:
    """Count half-width kana, or None: it is not written in this encoding."""
    decoder, found = codecs.getincrementaldecoder(encoding)(), 0
    try:
        for piece in _pieces(file):
            text = decoder.decode(piece)
            found += 0 if encoding == UTF_8 else len(HALF_WIDTH.findall(text))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return found


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):  # even, so that every second byte is one in every piece
        yield piece
