"""The body of a weather warning: which special warnings (特別警報) are in force, begin or end in which municipality.

A telegram says the same four times, for ever smaller areas. Only the last list, of municipalities (市町村等), says
where: a prefecture's list has every kind that holds anywhere in it, and would mail all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from services.safety.telegrams.alerts import LOWERED, SpecialWarning, in_force
from services.safety.telegrams.document import children, text

SHOWN = 80
MUNICIPALITIES = "（市町村等）"
SPECIAL = frozenset(kind.value for kind in SpecialWarning)
# Every other code of JMA's table: lifted, warnings, advisories, level 2 to 4. Codes kept free there are not in it.
OTHERS = frozenset(
    [
        *("00", "02", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13", "14", "15", "16", "17", "18", "19"),
        *("20", "21", "22", "23", "24", "25", "26", "27", "29", "43", "48", "49"),
    ]
)
SPECIAL_WORDS = ("特別警報", "レベル５")
# What a special warning was lowered to, where the old form does not say what was in force before (LastKind).
_SPECIAL_BEFORE = {
    "02": "32", "13": "32",
    "03": "33", "10": "33", "43": "33",
    "05": "35", "15": "35",
    "06": "36", "12": "36",
    "07": "37", "16": "37",
    "08": "38", "19": "38", "48": "38",
    "09": "39", "29": "39", "49": "39",
}  # fmt: skip


@dataclass(slots=True)
class Warned:
    """Special warnings by municipality: kind → the telegram's word for its state; and codes that are not known."""

    special_warnings: dict[str, dict[str, str]] = field(default_factory=dict)
    unknown_kinds: dict[str, str] = field(default_factory=dict)


def read_warned(body: Element) -> Warned:
    """Return the special warnings of municipalities; empty where there are none (ordinary warnings, a cancel)."""
    warned = Warned()
    for warning in children(body, "Warning"):
        if warning.get("type", "").endswith(MUNICIPALITIES):
            for item in children(warning, "Item"):
                _read_item(warned, item)
    return warned


def _read_item(warned: Warned, item: Element) -> None:
    municipality = text(item, "Area", "Code")
    for kind in children(item, "Kind"):
        for code, status in _special(warned, kind):
            held = warned.special_warnings.setdefault(municipality, {}) if municipality else {}
            if code not in held or in_force(status):
                held[code] = status


def _special(warned: Warned, kind: Element) -> Iterator[tuple[str, str]]:
    """Yield the special warning that a kind is, or that it says has been lowered to it."""
    code, name, status = text(kind, "Code"), text(kind, "Name"), text(kind, "Status")
    if code in SPECIAL:
        yield code, status
    elif status.startswith(LOWERED):
        before = text(kind, "LastKind", "Code")
        special = before if before in SPECIAL else _SPECIAL_BEFORE.get(code)
        if special:
            yield special, status
    elif (code and code not in OTHERS) or any(word in name for word in SPECIAL_WORDS):
        warned.unknown_kinds[code[:SHOWN]] = name[:SHOWN]
