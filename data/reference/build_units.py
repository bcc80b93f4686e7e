"""Make ``warning_units.csv`` from JMA's table: whose warnings hold where a municipality is no unit of its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.reference.areas import YES, Municipality

PART_OF = "のうち"
BETWEEN = re.compile("、|及び")


@dataclass(frozen=True, slots=True)
class WarningUnit:
    """A unit under which JMA warns (市町村等) and that covers a municipality or a part of it."""

    municipality: str
    code: str
    name: str


def units_of(places: Sequence[Municipality], cities: Mapping[str, Sequence[str]]) -> Iterator[WarningUnit]:
    """Return the units for each municipality that is none itself.

    A ward has its city's, or those of the city's parts that name it; a municipality that is split has all its parts.
    """
    units = [row for row in cities.values() if row[5] == YES]
    for place in places:
        if place.warning_unit:
            continue
        start = _city_of(place, cities) if place.ward else place.jis
        own = [row for row in units if row[0].startswith(start)]
        named = [row for row in own if _names(row[1], cities[place.code][1].partition(PART_OF)[2])]
        yield from (WarningUnit(place.code, row[0], row[2]) for row in named or own)


def _city_of(ward: Municipality, cities: Mapping[str, Sequence[str]]) -> str:
    long_name = cities[ward.code][1].partition(PART_OF)[0]
    return next(code[:5] for code, row in cities.items() if row[15] == long_name or row[1] == long_name)


def _names(long_name: str, ward: str) -> bool:
    return bool(ward) and ward in BETWEEN.split(long_name.partition(PART_OF)[2])
