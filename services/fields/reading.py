"""From what was typed, sent or stands in a cell to the value that is kept in ``own``, one function a kind.

Kept are: text as it is, numbers as their shortest decimal writing (``"1200.5"``: never a float), dates as
``"2026-04-01"``, choices by their value, several of them as a list in the order of the field, and references by number.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import RenrakuError
from core.i18n import N_
from core.inputs import WrongValue
from core.shown import joined
from core.text import shown
from core.transaction import Transaction
from data.models.fields import OwnKind
from services.fields.definitions import OwnFieldRow
from services.fields.nouns import Referable, referable

LONGEST = 500
LARGEST = Decimal(10) ** 15
SEVERAL = re.compile(r"[;；、\r\n]+")
NUMBER = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d+(\.\d+)?")
DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")


class Unfound(str):
    """A reference in writing that leads to nothing within the actor's reach."""

    __slots__ = ()


def cleaned(field: OwnFieldRow, given: Any) -> Any:
    """Return what is kept of a value; None where nothing is. A reference in writing stays a text until it is looked up.

    Raises:
        WrongValue: with the sentence for the field.
    """
    if isinstance(given, str):
        given = given.strip()
    if given is None or given in ("", [], ()):
        return None
    return CLEANERS[field.kind](field, given)


def looked_up(tx: Transaction, field: OwnFieldRow, values: Collection[Any]) -> Mapping[Any, int]:
    """Return what references lead to, by what was given: numbers and writings of records within the actor's reach."""
    of = referable(field.kind)
    if of is None:
        return {}
    written = {one for one in values if isinstance(one, str)}
    numbers = {one for one in values if isinstance(one, int)}
    found = dict(of.find(tx, written)) if written else {}
    return found | ({one: one for one in of.within(tx, numbers)} if numbers else {})


def read_cells(tx: Transaction, field: OwnFieldRow, cells: Collection[str]) -> Callable[[str], Any]:
    """Return what reads the cells of a column; those that it will be asked for are looked up at once here.

    A reference that leads to nothing within reach is read as ``Unfound``: the record may have it already.
    """
    of = referable(field.kind)
    found = looked_up(tx, field, {cell.strip() for cell in cells} - {""}) if of else {}

    def read(cell: str) -> Any:
        value = cleaned(field, cell)
        return value if of is None or value is None else found.get(value, Unfound(value))

    return read


def reference(of: Referable, found: Mapping[Any, int], value: Any) -> int:
    """Return the number of the record that a reference leads to.

    Raises:
        WrongValue: when there is none within reach.
    """
    if value not in found:
        raise WrongValue(of.missing, name=str(value)[:100])
    return found[value]


def fits(field: OwnFieldRow, value: Any) -> bool:
    """Say whether a kept value could stand in a field as the field is now."""
    try:
        return bool(cleaned(field, value) == value)
    except RenrakuError:
        return False


def _text(_field: OwnFieldRow, given: Any) -> str:
    if not isinstance(given, str):
        raise WrongValue(N_("Enter text."))
    return shown(given, LONGEST)


def _number(field: OwnFieldRow, given: Any) -> str:
    # A float has lost digits already before anybody could keep them.
    if isinstance(given, bool | float) or not isinstance(given, str | int | Decimal):
        raise WrongValue(N_('Send a number with decimals as text, such as "12.5".'))
    text = unicodedata.normalize("NFKC", str(given)).replace("−", "-").replace(" ", "")
    if not NUMBER.fullmatch(text):
        raise WrongValue(N_("Enter a number such as 1200 or 12.5."))
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation as error:  # the pattern leaves none
        raise WrongValue(N_("Enter a number such as 1200 or 12.5.")) from error
    plain = f"{number:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    if len(plain.partition(".")[2]) > field.decimals:
        wrong = N_("Enter at most {most} digits after the point.") if field.decimals else N_("Enter a whole number.")
        raise WrongValue(wrong, **({"most": field.decimals} if field.decimals else {}))
    if abs(number) >= LARGEST:
        raise WrongValue(N_("This number is too large."))
    return "0" if not number else plain


def _date(_field: OwnFieldRow, given: Any) -> str:
    if isinstance(given, date):
        return given.isoformat()[:10]
    found = DAY.fullmatch(unicodedata.normalize("NFKC", given)) if isinstance(given, str) else None
    try:
        return date(*map(int, found.groups())).isoformat() if found else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> str:
    raise WrongValue(N_("Enter a date such as 2026-04-01."))


def _choice(field: OwnFieldRow, given: Any) -> str:
    if isinstance(given, str):
        for one in field.choices:
            if given == one.value:
                return one.value
        for one in field.choices:
            if given in (one.ja, one.en):
                return one.value
    raise WrongValue(N_("Choose one of: {expected}."), expected=joined(field.offered.values()))


def _choices(field: OwnFieldRow, given: Any) -> list[str]:
    parts = [part.strip() for part in SEVERAL.split(given) if part.strip()] if isinstance(given, str) else given
    if not isinstance(parts, list | tuple):
        raise WrongValue(N_("Choose one of: {expected}."), expected=joined(field.offered.values()))
    chosen = {_choice(field, part) for part in parts}
    return [one.value for one in field.choices if one.value in chosen]


def _reference(field: OwnFieldRow, given: Any) -> int | str:
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise missing(field, "—")
    return given


def missing(field: OwnFieldRow, writing: str) -> WrongValue:
    """Return why a reference in writing cannot be used."""
    of = referable(field.kind)
    return WrongValue(of.missing if of else N_("This value cannot be used."), name=writing[:100])


CLEANERS: Mapping[OwnKind, Callable[[OwnFieldRow, Any], Any]] = {
    OwnKind.TEXT: _text,
    OwnKind.NUMBER: _number,
    OwnKind.DATE: _date,
    OwnKind.CHOICE: _choice,
    OwnKind.CHOICES: _choices,
    OwnKind.PERSON: _reference,
    OwnKind.DEPARTMENT: _reference,
}
