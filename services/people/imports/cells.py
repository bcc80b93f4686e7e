"""From one cell to the value that is kept. The same text is worked out once, however often a file repeats it."""

import re
from collections.abc import Callable
from typing import Any

from core.csvout import armed
from core.errors import RenrakuError
from core.i18n import N_
from core.inputs import WrongValue
from services.access import usable_login
from services.people import addresses, homes, text
from services.people.imports.read import NUL

MOST = 50_000
"""So many different cells of a column are remembered; a column that has more says hardly anything twice."""

SEVERAL = re.compile(r"[;；、\r\n]+")
SPACE = re.compile(r"[\s\u3000]+")
LANGUAGES = {"": "ja", "ja": "ja", "jp": "ja", "jpn": "ja", "日本語": "ja", "japanese": "ja",
             "en": "en", "eng": "en", "英語": "en", "english": "en"}  # fmt: skip


class Cells(dict[str, Any]):
    """The values of a column by cell; a cell that cannot be used has the error as its value."""

    def __init__(self, clean: Callable[[str], Any]) -> None:
        """Take what makes a value of a cell, or raises."""
        super().__init__()
        self._clean = clean
        self.faulty = False
        """Whether any cell could not be used."""

    def __missing__(self, cell: str) -> Any:
        """Work out the value of a cell that was not seen before."""
        value: Any
        try:
            if NUL in cell:
                raise WrongValue(N_("There is an invisible letter in it. Remove it."))
            value = self._clean(armed(cell))
        except RenrakuError as error:
            value, self.faulty = error, True
        if len(self) < MOST:
            self[cell] = value
        return value


def whole_name(cell: str) -> tuple[str, str]:
    """Part a whole name at its first space; without one all of it is the family name."""
    family, _, given = SPACE.sub(" ", cell.strip()).partition(" ")
    return text.name(family), text.name(given)


def whole_kana(cell: str) -> tuple[str, str]:
    """Part whole kana at their first space."""
    family, _, given = SPACE.sub(" ", cell.strip()).partition(" ")
    return text.kana(family), text.kana(given)


def login(cell: str) -> str:
    """Return a login name as it is kept; empty stays empty."""
    return usable_login(cell) if cell.strip() else ""


def language(cell: str) -> str:
    """Return ``ja`` or ``en``; empty means Japanese."""
    found = LANGUAGES.get(cell.strip().casefold())
    if found is None:
        raise WrongValue(N_("Write ja or en."))
    return found


def several(cell: str) -> list[str]:
    """Part a cell that may hold several entries, each once, in order."""
    return list(dict.fromkeys(part.strip() for part in SEVERAL.split(cell) if part.strip()))


PLAIN: dict[str, Callable[[str], Any]] = {
    "code": lambda cell: text.required(text.code(cell)),
    "family_name": text.name,
    "given_name": text.name,
    "family_kana": text.kana,
    "given_kana": text.kana,
    "name": whole_name,
    "kana": whole_kana,
    "login": login,
    "mail1": addresses.mail,
    "mail2": addresses.mail,
    "mail3": addresses.mail,
    "mobile": addresses.mobile,
    "postal_code": homes.postal_code,
    "address": homes.address,
    "language": language,
}
"""What needs nothing but the cell; departments and regions need to be looked up."""
