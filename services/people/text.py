"""How names, kana and codes are kept: cleaned of what nobody sees, never made into another letter.

Names are not brought to NFKC: 髙 and ① are letters of somebody's name. Kana are: half-width and hiragana become
full-width katakana, since lists are sorted and searched by them. All functions raise ``WrongValue`` with a sentence.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from core.i18n import N_
from core.inputs import WrongValue
from core.text import katakana, shown

LONGEST = 100
LONGEST_CODE = 50
KANA = re.compile(r"[\u30a1-\u30fa\u30fc-\u30fe・ A-Za-z\u00c0-\u024f'’.\-]*")
EXCEL_NUMBER = re.compile(r"\d(\.\d+)?E\+?\d+")


def name(value: str) -> str:
    """Return a part of a name: trimmed, on one line, every letter as it was written."""
    return shown(value.strip(), LONGEST)


def kana(value: str) -> str:
    """Return kana (フリガナ) in full-width katakana; Latin letters stay, since some names have no kana."""
    text = katakana(value).replace("\u3000", " ").strip()
    if not KANA.fullmatch(text):
        raise WrongValue(N_("Write the reading in katakana."))
    return shown(text, LONGEST)


def code(value: str) -> str:
    """Return a code (社員番号): full-width letters and digits become half-width, leading zeros stay."""
    text = unicodedata.normalize("NFKC", value).strip()
    if EXCEL_NUMBER.fullmatch(text):
        raise WrongValue(N_("Excel made a number of this code. Format the column as text and enter it again."))
    if len(text.split()) > 1:
        raise WrongValue(N_("A code has no spaces."))
    return shown(text, LONGEST_CODE)


def required(value: str) -> str:
    """Refuse what is empty."""
    if not value:
        raise WrongValue(N_("This is required."))
    return value


Name = Annotated[str, AfterValidator(name)]
RequiredName = Annotated[str, AfterValidator(name), AfterValidator(required)]
Kana = Annotated[str, AfterValidator(kana)]
Code = Annotated[str, AfterValidator(code), AfterValidator(required)]
