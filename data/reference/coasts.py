"""JMA's forecast areas for tsunamis (津波予報区), and the municipalities on their coasts.

Nobody publishes which municipality lies in which area: ``coasts.csv`` is ours; ``README.md`` says how it was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from data.reference.areas import read


@dataclass(frozen=True, slots=True)
class TsunamiArea:
    """One of JMA's 66 forecast areas for tsunamis, three digits; not to be taken for the code of a 細分区域."""

    code: str
    name: str
    kana: str
    name_en: str


@cache
def tsunami_areas() -> Mapping[str, TsunamiArea]:
    """Return all forecast areas for tsunamis by code, in the order of their codes."""
    return MappingProxyType({row["code"]: TsunamiArea(**row) for row in read("tsunami_areas")})


@cache
def coasts() -> frozenset[tuple[str, str]]:
    """Return which municipality lies on the coast of which area: (code of the area, seven-digit code)."""
    return frozenset((row["tsunami_area"], row["municipality"]) for row in read("coasts"))
