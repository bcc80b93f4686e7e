"""The body of a tsunami telegram: the grade of every coast (津波予報区), and what tide gauges have measured.

The head lists unions of coasts for reading aloud; only the body's items have the codes that people are matched by.
A change to 「若干の海面変動」 comes as an issue (発表): that it ends a warning is said by the grade before (LastKind).
"""

import math
import unicodedata
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from services.safety.telegrams.alerts import TsunamiGrade
from services.safety.telegrams.document import children, find, text
from services.safety.telegrams.kinds import Kind
from services.safety.telegrams.model import TideStation

SHOWN = 80
HIGHEST = 1_000.0
NOTHING = "00"
_GRADES = {
    "53": TsunamiGrade.MAJOR_WARNING,
    "52": TsunamiGrade.MAJOR_WARNING,
    "51": TsunamiGrade.WARNING,
    "62": TsunamiGrade.ADVISORY,
    "73": TsunamiGrade.SLIGHT,
    "72": TsunamiGrade.SLIGHT,
    "71": TsunamiGrade.SLIGHT,
    "60": TsunamiGrade.LIFTED,
    "50": TsunamiGrade.LIFTED,
}
_SLIGHT_AFTER_A_WARNING = ("72", "73")


@dataclass(slots=True)
class Coasts:
    """What a telegram says about coasts, by their codes, and values that were not understood."""

    tsunami: dict[str, TsunamiGrade] = field(default_factory=dict)
    tsunami_raised: list[str] = field(default_factory=list)
    tsunami_observed: dict[str, float | None] = field(default_factory=dict)
    tide_stations: list[TideStation] = field(default_factory=list)
    unknown_kinds: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def read_coasts(body: Element, kind: Kind) -> Coasts:
    """Return the grades and the heights; empty where the body has none (a cancel).

    A telegram of information (VTSE51) repeats the grades that warnings gave before: there nothing is raised.
    """
    coasts = Coasts()
    tsunami = find(body, "Tsunami")
    for item in _items(tsunami, "Forecast"):
        _read_grade(coasts, item, issues=kind is Kind.TSUNAMI_WARNING)
    for item in _items(tsunami, "Observation"):
        for station in children(item, "Station"):
            _read_station(coasts, text(item, "Area", "Code"), station)
    return coasts


def _items(tsunami: Element | None, part: str) -> list[Element]:
    found = find(tsunami, part)
    return list(children(found, "Item")) if found is not None else []


def _read_grade(coasts: Coasts, item: Element, *, issues: bool) -> None:
    area, code = text(item, "Area", "Code"), text(item, "Category", "Kind", "Code")
    before = text(item, "Category", "LastKind", "Code")
    if code not in _GRADES and code != NOTHING:
        coasts.unknown_kinds[code[:SHOWN]] = text(item, "Category", "Kind", "Name")[:SHOWN]
        return
    grade = _grade(code, before)
    if not area or grade is None or grade.rank < coasts.tsunami.get(area, grade).rank:
        return
    coasts.tsunami[area] = grade
    if issues and grade.rank > _rank(before) and area not in coasts.tsunami_raised:
        coasts.tsunami_raised.append(area)


def _grade(code: str, before: str) -> TsunamiGrade | None:
    """Return the grade that a code stands for after the one before; None where no tsunami was or is expected."""
    grade = _GRADES.get(code)
    warned = _rank(before) >= TsunamiGrade.ADVISORY.rank or (not before and code in _SLIGHT_AFTER_A_WARNING)
    if warned and (grade is None or grade is TsunamiGrade.SLIGHT):
        return TsunamiGrade.LIFTED
    return grade


def _rank(code: str) -> int:
    """Return the rank of what was in force before; a coast without LastKind had nothing, so it counts as new."""
    return _GRADES.get(code, TsunamiGrade.LIFTED).rank


def _read_station(coasts: Coasts, area: str, station: Element) -> None:
    highest = find(station, "MaxHeight")
    if not area or highest is None:
        return
    height = find(highest, "TsunamiHeight")
    read = TideStation(
        code=text(station, "Code"),
        name=text(station, "Name"),
        area_code=area,
        metres=_metres(coasts, text(station, "Code"), text(height)),
        note=height.get("condition", "") if height is not None else "",
        condition=text(highest, "Condition"),
    )
    coasts.tide_stations.append(read)
    known = [one for one in (coasts.tsunami_observed.get(area), read.metres) if one is not None]
    coasts.tsunami_observed[area] = max(known, default=None)


def _metres(coasts: Coasts, station: str, written: str) -> float | None:
    """Return a height; None where there is none or JMA gives NaN. What is neither is noted for people to look at."""
    try:
        metres = float(unicodedata.normalize("NFKC", written) or "nan")
    except ValueError:
        metres = math.inf
    if math.isnan(metres):
        return None
    if 0 <= metres <= HIGHEST:
        return metres
    coasts.unreadable.append(f"{station} TsunamiHeight: {written}"[:SHOWN].strip())
    return None
