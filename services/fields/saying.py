"""Values of own fields in words: as people read them on pages, and as files and forms hold them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.i18n import listed
from core.shown import day
from core.transaction import Transaction
from data.models.fields import OwnKind
from services.fields.definitions import OwnFieldRow
from services.fields.nouns import referable

BETWEEN = "; "
Values = Mapping[str, Any]


class Words:
    """Writes values of own fields; what they refer to was looked up for all records at once."""

    def __init__(self, fields: Sequence[OwnFieldRow], named: Mapping[OwnKind, Mapping[int, str]]) -> None:
        """Keep the fields and the names of what they refer to."""
        self.fields = fields
        self._by_code = {one.code: one for one in fields}
        self._named = named

    def label(self, code: str) -> str:
        """Return what people call a field; one that is not known is called by its code."""
        found = self._by_code.get(code)
        return found.label if found else code

    def said(self, code: str, value: Any) -> str:
        """Write a value for people, in the current language; nothing is an empty text."""
        found = self._by_code.get(code)
        if value is None:
            return ""
        if found is None:
            return str(value)
        if found.several:
            return listed(self._one(found, one) for one in value)
        return self._one(found, value)

    def written(self, code: str, value: Any) -> str:
        """Write a value as files hold it: an import that reads it finds the same value."""
        found = self._by_code[code]
        if value is None:
            return ""
        if found.several:
            return BETWEEN.join(self._one(found, one) for one in value)
        if found.kind in {OwnKind.CHOICE, OwnKind.PERSON, OwnKind.DEPARTMENT}:
            return self.said(code, value)
        return str(value)

    def leads_nowhere(self, code: str, value: Any) -> bool:
        """Say whether a value is a reference to a record that does not exist any more."""
        kind = self._by_code[code].kind
        return referable(kind) is not None and value not in self._named.get(kind, {})

    def all_said(self, own: Values) -> dict[str, str]:
        """Return every field of a record in words, by label, in the order of the fields."""
        return {one.label: self.said(one.code, own.get(one.code)) for one in self.fields}

    def all_written(self, own: Values) -> list[str]:
        """Return every field of a record as files hold it, in the order of the fields."""
        return [self.written(one.code, own.get(one.code)) for one in self.fields]

    def _one(self, found: OwnFieldRow, value: Any) -> str:
        match found.kind:
            case OwnKind.NUMBER:
                return f"{Decimal(value):,f}"
            case OwnKind.DATE:
                return day(date.fromisoformat(value))
            case OwnKind.CHOICE | OwnKind.CHOICES:
                return next((one.label for one in found.choices if one.value == value), value)
            case OwnKind.PERSON | OwnKind.DEPARTMENT:
                return self._named.get(found.kind, {}).get(value, f"#{value}")
            case _:
                return str(value)


def words_for(
    tx: Transaction, fields: Sequence[OwnFieldRow], records: Iterable[Values], *, files: bool = False
) -> Words:
    """Return what writes these records' values; ``files``: references are written as files hold them."""
    wanted: dict[OwnKind, set[int]] = {}
    referring = [one for one in fields if referable(one.kind)]
    for own in records if referring else ():
        for one in referring:
            if (value := own.get(one.code)) is not None:
                wanted.setdefault(one.kind, set()).add(value)
    named: dict[OwnKind, Mapping[int, str]] = {}
    for kind, ids in wanted.items():
        of = referable(kind)
        if of is not None:
            named[kind] = of.writings(tx, ids) if files else of.names(tx, ids)
    return Words(fields, named)
