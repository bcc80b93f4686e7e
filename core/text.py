"""Text that stands on one line: in lists, in headers of mails, in cells of somebody's spreadsheet."""

import unicodedata

from core.csvout import FORMULA_SIGNS
from core.i18n import N_
from core.inputs import WrongValue


def shown(text: str, longest: int) -> str:
    """Refuse what cannot be shown on one line, is too long, or would be a formula in somebody's spreadsheet.

    Raises:
        WrongValue: with the sentence for the field.
    """
    if not text.isprintable() and any(unicodedata.category(letter)[0] == "C" for letter in text):
        raise WrongValue(N_("There is a line break or an invisible letter in it. Remove it."))
    if len(text) > longest:
        raise WrongValue(N_("Enter at most {longest} characters."), longest=longest)
    if text.startswith(FORMULA_SIGNS):
        raise WrongValue(N_("It begins with {sign}: this looks like a formula and is not taken."), sign=text[0])
    return text
