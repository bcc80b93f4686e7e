"""Regions for forms (D06): prefectures, 細分区域 and municipalities."""

from functools import cache

from core.i18n import N_, language
from core.inputs import Nothing, Row
from core.operations import query
from core.transaction import Transaction
from data.reference import areas


class AreaChoice(Row):
    """An area by its code, labelled from the prefecture down."""

    value: str
    label: str


@query("people.area_choices", N_("Choose regions"), own=True)
def area_choices(_tx: Transaction, _ask: Nothing) -> list[AreaChoice]:
    """Return every area for a form: a prefecture, then its 細分区域, each followed by its municipalities."""
    return list(_choices(language()))


@cache
def _choices(reader: str) -> tuple[AreaChoice, ...]:
    below: dict[str | None, list[areas.AreaRow]] = {}
    for row in areas.rows():
        below.setdefault(row.parent, []).append(row)

    def labelled(parent: str | None, above: str) -> list[AreaChoice]:
        found: list[AreaChoice] = []
        for row in below.get(parent, []):
            name = row.name if reader == "ja" else row.name_en
            label = f"{above} {name}".strip()
            found += [AreaChoice(value=row.code, label=label), *labelled(row.code, label)]
        return found

    return tuple(labelled(None, ""))
