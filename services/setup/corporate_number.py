"""Corporate numbers (法人番号): thirteen digits of the tax agency, of which the first one checks the others."""

import re
import unicodedata

from core.i18n import N_
from core.inputs import WrongValue

DIGITS = re.compile(r"[1-9]\d{12}")
BETWEEN = str.maketrans("", "", " -‐‑‒–—―−ー\u3000")


def corporate_number(value: str) -> str:
    """Return a corporate number as thirteen digits, whatever the width and the hyphens; empty stays empty.

    Raises:
        WrongValue: when it has not thirteen digits, or the check digit says that one of them is wrong.
    """
    text = unicodedata.normalize("NFKC", value).translate(BETWEEN)
    if not text:
        return ""
    if not DIGITS.fullmatch(text):
        raise WrongValue(N_("A corporate number has thirteen digits and does not begin with 0."))
    if int(text[0]) != check_digit(text[1:]):
        raise WrongValue(
            N_("There is no such corporate number: its check digit does not fit. Look at its digits again.")
        )
    return text


def check_digit(twelve: str) -> int:
    """Return the check digit of the twelve digits after it (法人番号の指定等に関する省令 第2条): 1 to 9."""
    weighed = sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(twelve)))
    return 9 - weighed % 9
