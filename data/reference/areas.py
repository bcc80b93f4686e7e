"""Areas of Japan (地域) as JMA and JIS number them: prefecture → 細分区域 (forecast subdivision) → municipality.

Facts only, read once from the CSV files beside this module; where they come from is said in ``README.md`` there.
Old telegrams name municipalities that no longer exist: a look-up of such a code gives None, never an error.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

FOLDER = Path(__file__).parent
YES = "1"

Row = TypeVar("Row", "Prefecture", "Area", "Municipality")


@dataclass(frozen=True, slots=True)
class Prefecture:
    """One of the 47 prefectures (都道府県); the code is that of JIS X 0401, two digits."""

    code: str
    name: str
    kana: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Area:
    """One of JMA's 188 areas for seismic intensity (細分区域), three digits; each lies in one prefecture."""

    code: str
    name: str
    kana: str
    name_en: str
    prefecture: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality, or a ward of a designated city (市区町村), as seismic telegrams count them: seven digits.

    ``seismic_name`` is what a telegram shows (胆振伊達市 for 伊達市). ``ward`` marks wards of designated cities,
    ``warning_unit`` codes under which weather warnings are issued as they stand; others are split or joined there.
    """

    code: str
    jis: str
    name: str
    seismic_name: str
    kana: str
    name_en: str
    area: str
    prefecture: str
    ward: bool
    warning_unit: bool


@dataclass(frozen=True, slots=True)
class WarningUnit:
    """A unit under which weather warnings are issued (市町村等): a whole city, or a part of a municipality."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Former:
    """A municipality of former days (旧市町村), its county in front, and what addresses there say today.

    ``now`` may be no more by now as well.
    """

    prefecture: str
    name: str
    now: str


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One row for the table ``area``: any of the three levels, with the code of the level above."""

    code: str
    kind: str
    name: str
    name_en: str
    kana: str
    parent: str | None


@cache
def prefectures() -> Mapping[str, Prefecture]:
    """Return all prefectures by code, in the order of their codes."""
    return _table("prefectures", lambda row: Prefecture(**row))


@cache
def areas() -> Mapping[str, Area]:
    """Return all areas (細分区域) by code, in the order of their codes."""
    return _table("areas", lambda row: Area(**row))


@cache
def municipalities() -> Mapping[str, Municipality]:
    """Return all municipalities and wards by seven-digit code, in the order of their codes."""
    return _table("municipalities", _municipality)


def municipalities_by_jis(jis: str) -> tuple[Municipality, ...]:
    """Return what carries a five-digit JIS X 0402 code: one, two where an island has a code of its own, or none."""
    return _by_jis().get(jis, ())


def rows() -> list[AreaRow]:
    """Return every prefecture, area and municipality for the table ``area``, parents before their children."""
    return [
        *(AreaRow(p.code, "prefecture", p.name, p.name_en, p.kana, None) for p in prefectures().values()),
        *(AreaRow(a.code, "area", a.name, a.name_en, a.kana, a.prefecture) for a in areas().values()),
        *(AreaRow(m.code, "municipality", m.name, m.name_en, m.kana, m.area) for m in municipalities().values()),
    ]


@cache
def warning_units() -> Mapping[str, tuple[WarningUnit, ...]]:
    """Return the units whose warnings hold for a municipality that is none itself, by its seven-digit code."""
    found: dict[str, tuple[WarningUnit, ...]] = {}
    for row in read("warning_units"):
        found[row["municipality"]] = (*found.get(row["municipality"], ()), WarningUnit(row["code"], row["name"]))
    return MappingProxyType(found)


@cache
def counties() -> Mapping[str, tuple[str, str]]:
    """Return name and kana of the county (郡), or island of Tokyo, that addresses have before a town, by JIS code."""
    return MappingProxyType({row["jis"]: (row["county"], row["kana"]) for row in read("counties")})


@cache
def former() -> tuple[Former, ...]:
    """Return the municipalities that merged or were renamed since 2003."""
    return tuple(Former(row["prefecture"], row["name"], row["now"]) for row in read("former"))


def read(name: str) -> Iterator[dict[str, str]]:
    """Return the rows of one of the CSV files beside this module."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def _by_jis() -> Mapping[str, tuple[Municipality, ...]]:
    found: dict[str, tuple[Municipality, ...]] = {}
    for municipality in municipalities().values():
        found[municipality.jis] = (*found.get(municipality.jis, ()), municipality)
    return found


def _municipality(row: dict[str, str]) -> Municipality:
    ward = row.pop("ward") == YES
    warning_unit = row.pop("warning_unit") == YES
    return Municipality(**row, ward=ward, warning_unit=warning_unit)


def _table(name: str, make: Callable[[dict[str, str]], Row]) -> Mapping[str, Row]:
    return MappingProxyType({row["code"]: make(row) for row in read(name)})
