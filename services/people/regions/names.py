"""What regions are called: whole names for people, and every name under which one is looked for (地域名)."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from core.i18n import language
from data.reference import areas
from services.people.regions.writing import folded

Codes = frozenset[str]
ISLANDS = {
    "4220202": ("佐世保市宇久町",),
    "4621502": ("薩摩川内市上甑町", "薩摩川内市里町", "薩摩川内市下甑町", "薩摩川内市鹿島町"),
}
"""Islands with a code of their own in a city on the mainland: what their addresses begin with."""

CITY = re.compile(r"^.{1,4}?市")
CHAIN = 4
"""A municipality merged into one that merged again, and so on: no further than this."""


@cache
def rows() -> Mapping[str, areas.AreaRow]:
    """Return prefectures, 細分区域 and municipalities by code."""
    return MappingProxyType({row.code: row for row in areas.rows()})


@cache
def full_name(code: str) -> str:
    """Return the Japanese name of an area with its prefecture in front: 東京都府中市."""
    row = rows()[code]
    prefecture = rows()[prefecture_of(code)]
    return row.name if row.name.startswith(prefecture.name) else f"{prefecture.name}{row.name}"


def said(code: str) -> str:
    """Return what readers in the current language call an area, told from its namesakes by the prefecture."""
    if language() == "ja":
        return full_name(code)
    row, prefecture = rows()[code], rows()[prefecture_of(code)]
    return row.name_en if prefecture.name_en in row.name_en else f"{row.name_en}, {prefecture.name_en}"


@cache
def prefecture_of(code: str) -> str:
    """Return the code of the prefecture in which an area lies."""
    row = rows()[code]
    while row.parent:
        row = rows()[row.parent]
    return row.code


@cache
def whole() -> Mapping[str, Codes]:
    """Return what is found by a whole name, as it is compared: areas, municipalities, wards alone, kana."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in areas.rows():
        for name in (row.name, row.name_en, row.kana, full_name(row.code)):
            found[folded(name)].add(row.code)
    for place in areas.municipalities().values():
        found[folded(place.seismic_name)].add(place.code)
        if place.ward:
            found[folded(place.name.removeprefix(_city(place)))].add(place.code)
    for name, codes in beginnings().items():
        found[name] |= codes
    return _frozen(found)


@cache
def beginnings() -> Mapping[str, Codes]:
    """Return what an address may begin with, as it is compared, and the municipalities that it may lie in then."""
    found: dict[str, set[str]] = defaultdict(set)
    for place in areas.municipalities().values():
        for name in _names(place):
            found[folded(name)].add(place.code)
    for code, names in ISLANDS.items():
        prefecture = rows()[prefecture_of(code)].name
        for name in names:
            found[folded(name)] = found[folded(f"{prefecture}{name}")] = {code}
    _add_former(found)
    return _frozen(found)


def longest_beginning(text: str) -> tuple[Codes, str]:
    """Return where an address may lie by the longest name that it begins with, and what follows that name."""
    known = beginnings()
    for length in range(min(len(text), _longest()), 1, -1):
        if (codes := known.get(text[:length])) is not None:
            return codes, text[length:]
    return frozenset(), text


@cache
def _longest() -> int:
    return max(map(len, beginnings()))


def _names(place: areas.Municipality) -> Iterator[str]:
    prefecture = areas.prefectures()[place.prefecture]
    yield from (place.name, f"{prefecture.name}{place.name}", f"{prefecture.kana}{place.kana}")
    if (county := areas.counties().get(place.jis)) is not None:
        name, kana = county
        yield from (f"{name}{place.name}", f"{prefecture.name}{name}{place.name}")
        yield f"{prefecture.kana}{kana}{place.kana}"
    if place.ward:
        city = _city(place)
        yield from (city, f"{prefecture.name}{city}", place.name.removeprefix(city))


def _city(ward: areas.Municipality) -> str:
    match = CITY.match(ward.name)
    return match[0] if match else ""


def _add_former(found: dict[str, set[str]]) -> None:
    """Add municipalities of former days, without taking a name from those of today."""
    today = set(found)
    moved: dict[str, set[str]] = defaultdict(set)
    for one in areas.former():
        moved[folded(_whole_former(one.prefecture, one.name))].add(folded(_whole_former(one.prefecture, one.now)))
    added: dict[str, set[str]] = defaultdict(set)
    for one in areas.former():
        name, prefecture = one.name, areas.prefectures()[one.prefecture].name
        codes = {code for now in _latest(folded(f"{prefecture}{name}"), moved, today) for code in found[now]}
        own = name.partition("郡")[2] or name
        for writing in (name, own, f"{prefecture}{name}", f"{prefecture}{own}"):
            added[folded(writing)] |= codes
    found |= {name: codes for name, codes in added.items() if codes and name not in today}


def _whole_former(prefecture: str, name: str) -> str:
    # A village in 長野県 went to a city in 岐阜県; such a name is whole already.
    is_whole = name.startswith(tuple(one.name for one in areas.prefectures().values()))
    return name if is_whole else f"{areas.prefectures()[prefecture].name}{name}"


def _latest(name: str, moved: Mapping[str, set[str]], today: set[str]) -> set[str]:
    names = {name}
    for _step in range(CHAIN):
        names = {now for one in names for now in (moved.get(one, {one}) if one not in today else {one})}
    return names & today


def _frozen(found: Mapping[str, set[str]]) -> Mapping[str, Codes]:
    return MappingProxyType({name: frozenset(codes) for name, codes in found.items() if name})
