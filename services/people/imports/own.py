"""Own fields (独自項目, N08) of a people file: reading their cells, what a row sets, what may not be set."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.errors import RenrakuError
from core.i18n import N_
from core.inputs import WrongValue
from core.transaction import Transaction
from services.fields import Unfound, Words, faults, missing, own_fields, read_cells, words_for
from services.people.imports.columns import OWN
from services.people.imports.read import Streamed

LACKING = N_("A new person needs “{label}”. Choose its column.")
Own = Mapping[str, Any]


class OwnCells:
    """What a file says about own fields. Where it has no column of any, nothing here costs anything."""

    def __init__(self, tx: Transaction, sheet: Streamed, mapping: Mapping[str, str]) -> None:
        """Load the fields; ``mapping`` may name some that are out of use by now, they are left out."""
        self._tx = tx
        fields = own_fields(tx, "person")
        known = {f"{OWN}{one.code}" for one in fields}
        self.mapping = {name: column for name, column in mapping.items() if name in known or not name.startswith(OWN)}
        self._mapped = [one for one in fields if f"{OWN}{one.code}" in self.mapping]
        self._lacking = [one for one in fields if one.required and one not in self._mapped]
        self._words: Words | None = None
        self.readers: dict[str, Callable[[str], Any]] = {}
        columns = [sheet.header.index(self.mapping[f"{OWN}{one.code}"]) for one in self._mapped]
        for one, cells in zip(self._mapped, _cells_of(sheet, columns), strict=True):
            self.readers[f"{OWN}{one.code}"] = read_cells(tx, one, cells)

    def settle(self, rows: Sequence[tuple[dict[str, Any], Own | None]]) -> None:
        """Read references that lead to nothing within reach, yet are written as the person has them, as unchanged.

        Each row is what its cells say, and what the person there has.
        """
        unfound = [
            (values, own, one) for one in self._mapped for values, own in rows
            if own and one.code in own and isinstance(values.get(f"{OWN}{one.code}"), Unfound)
        ]  # fmt: skip
        words = words_for(self._tx, self._mapped, [own for _values, own, _one in unfound], files=True)
        for values, own, one in unfound:
            if words.written(one.code, own[one.code]) == values[f"{OWN}{one.code}"]:
                values[f"{OWN}{one.code}"] = own[one.code]

    def becomes(self, values: Own, known: Own | None) -> dict[str, Any] | None:
        """Return all own values of a person after a row; None: they stay as they are."""
        if not self._mapped:
            return None
        now = known or {}
        named = {code: value for code, value in self._named(values).items() if not isinstance(value, Unfound)}
        after = {code: value for code, value in sorted({**now, **named}.items()) if value is not None}
        return after if after != now else None

    def wrong(self, values: Own, known: Own | None) -> dict[str, RenrakuError]:
        """Return why own values of a row cannot be set, by field."""
        if not self._mapped and not self._lacking:
            return {}
        now = known or {}
        named = self._named(values)
        new = {code: value for code, value in named.items() if known is None or value != now.get(code)}
        found: dict[str, RenrakuError] = {f"{OWN}{code}": one for code, one in faults(self._mapped, new, now).items()}
        for one in self._mapped:
            if isinstance(given := named.get(one.code), Unfound):
                found[f"{OWN}{one.code}"] = missing(one, given)
        if known is None:
            found |= {f"{OWN}{one.code}": WrongValue(LACKING, label=one.label) for one in self._lacking}
        return found

    def _named(self, values: Own) -> dict[str, Any]:
        return {one.code: values[name] for one in self._mapped if (name := f"{OWN}{one.code}") in values}

    def look_up(self, records: Iterable[Own]) -> None:
        """Load what is needed to write the own values of these records."""
        if self._mapped:
            self._words = words_for(self._tx, self._mapped, records)

    def changes(self, before: Own, after: Own) -> list[tuple[str, str, str]]:
        """Return what a row changes, by field, in the writing for people."""
        words = self._words
        return [
            (f"{OWN}{one.code}", words.said(one.code, before.get(one.code)), words.said(one.code, after.get(one.code)))
            for one in self._mapped if words and before.get(one.code) != after.get(one.code)
        ]  # fmt: skip


def _cells_of(sheet: Streamed, columns: Sequence[int]) -> list[set[str]]:
    found: list[set[str]] = [set() for _ in columns]
    for line in sheet.lines if columns else ():
        for at, cells in zip(columns, found, strict=True):
            if at < len(line.cells):
                cells.add(line.cells[at])
    return found
