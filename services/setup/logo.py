"""A logo (ロゴ) from a file that somebody uploaded: looked at, measured, and written anew by us."""

import hashlib
from io import BytesIO
from typing import NamedTuple

from PIL import Image, UnidentifiedImageError

from core.errors import Invalid
from core.i18n import N_, _

LARGEST = 200 * 1024
LONGEST_SIDE = 4_000
BOX = (640, 200)
"""Pixels: three times the height at which it is shown, for displays with fine dots."""

SIGNS = {"PNG": (b"\x89PNG\r\n\x1a\n",), "JPEG": (b"\xff\xd8\xff",), "WEBP": (b"RIFF",)}
FORMATS = tuple(SIGNS)
NO_PICTURE = N_("This file is no picture. Choose a PNG, JPEG or WebP file.")


class Picture(NamedTuple):
    """A logo as it is kept: a PNG without anything but its pixels; ``digest`` is its SHA-256 in hex."""

    content: bytes
    digest: str
    width: int
    height: int


def picture(content: bytes) -> Picture:
    """Return what was uploaded as a PNG of ours, no larger than it will be shown.

    What it is called and what the browser says of it counts for nothing: the bytes do. Writing it anew leaves out
    whatever else a file may carry (where a photograph was taken, a script behind the picture).

    Raises:
        Invalid: when it is too large, or no PNG, JPEG or WebP, with the sentence for the field.
    """
    if len(content) > LARGEST:
        raise _wrong(_(N_("This file is larger than {limit} KB. Choose a smaller one."), limit=LARGEST // 1024))
    if not any(content.startswith(sign) for signs in SIGNS.values() for sign in signs):
        raise _wrong(_(NO_PICTURE))
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if max(opened.size) > LONGEST_SIDE:
                sentence = N_("This picture has more than {limit} pixels on one side. Make it smaller.")
                raise _wrong(_(sentence, limit=LONGEST_SIDE))
            opened.load()
            made = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _wrong(_(N_("This picture is damaged. Save it once more and choose it again."))) from error
    made.thumbnail(BOX)
    written = BytesIO()
    made.save(written, "PNG", optimize=True)
    kept = written.getvalue()
    return Picture(kept, hashlib.sha256(kept).hexdigest(), *made.size)


def _wrong(sentence: str) -> Invalid:
    return Invalid(N_("The logo needs another look: {sentence}"), fields={"content": sentence}, sentence=sentence)
