"""Text that stands on one line: in lists, in headers of mails, in cells of somebody's spreadsheet."""

import re
import unicodedata
from typing import NamedTuple

from core.csvout import FORMULA_SIGNS
from core.i18n import N_
from core.inputs import WrongValue

BREAKING = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Categories of what is not seen, or ends a line."""

HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]+")
VARIANTS = re.compile("([\uf900-\ufaff]+)")
HIRAGANA = re.compile("[\u3041-\u3096\u309d\u309e]")


class Sought(NamedTuple):
    """A word that is looked for, in small letters: as typed, with its kana as katakana, with half-width letters."""

    typed: str
    katakana: str
    half_width: str


def is_on_one_line(text: str) -> bool:
    """Say whether there is neither a line break nor an invisible letter in a text; wide spaces (　) are fine."""
    return text.isprintable() or not any(unicodedata.category(letter) in BREAKING for letter in text)


def shown(text: str, longest: int) -> str:
    """Refuse what cannot be shown on one line, is too long, or would be a formula in somebody's spreadsheet.

    Raises:
        WrongValue: with the sentence for the field.
    """
    if not is_on_one_line(text):
        raise WrongValue(N_("There is a line break or an invisible letter in it. Remove it."))
    if len(text) > longest:
        raise WrongValue(N_("Enter at most {longest} characters."), longest=longest)
    if text.startswith(FORMULA_SIGNS):
        raise WrongValue(N_("It begins with {sign}: this looks like a formula and is not taken."), sign=text[0])
    return text


def composed(text: str) -> str:
    """Return a text with letters and their marks as one (か and ゛ as が), all else as it is.

    NFC alone would make other letters of some that stand in names: of 神 in the writing of U+FA19 the common one.
    """
    if text.isascii():
        return text
    parts = VARIANTS.split(text)  # variants stand at odd places
    return "".join(part if at % 2 else unicodedata.normalize("NFC", part) for at, part in enumerate(parts))


def katakana(value: str) -> str:
    """Return a text with half-width kana and hiragana as full-width katakana, all else as it is."""
    if value.isascii():
        return value
    wide = HALF_WIDTH_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), value)
    return HIRAGANA.sub(lambda found: chr(ord(found[0]) + 0x60), unicodedata.normalize("NFC", wide))


def sought(word: str) -> Sought:
    """Return a word as names (as typed), kana (katakana) and codes (half-width) may hold it."""
    lowered = word.lower()
    return Sought(lowered, katakana(lowered), unicodedata.normalize("NFKC", lowered).lower())
