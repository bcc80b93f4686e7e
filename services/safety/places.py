"""Which of our areas (地域) a telegram means: coasts become municipalities, units of warnings become their wards.

What people gave as their region may be wider or narrower than what a telegram names. Whoever gave only the wider one
may be there, so both count.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import func, select

from core.transaction import Transaction
from data.models.areas import Area, Coast, TsunamiArea
from data.models.safety import RuleKind
from data.reference import areas
from services.safety.reaching import strength

Places = dict[str, float]
"""Codes of our areas with how strongly each is hit."""


def places_of(tx: Transaction, kind: RuleKind, hits: Mapping[str, Any]) -> Places:
    """Return the areas of our tables that a telegram's areas mean; codes that no table has mean none."""
    meant = _meant(tx, kind, hits)
    found: Places = {}
    for code, value in hits.items():
        for place in meant.get(code, ()):
            found[place] = max(found.get(place, 0.0), strength(kind, value))
    return found


def around(tx: Transaction, places: Places) -> Places:
    """Return places with all areas in them and all that they lie in, each as strongly as the strongest of them."""
    parents = dict(tx.execute(select(Area.code, Area.parent_code)).all())
    inside: dict[str, list[str]] = defaultdict(list)
    for code, parent in parents.items():
        if parent:
            inside[parent].append(code)
    found: Places = {}
    for place, hit in places.items():
        if place in parents:
            for code in (place, *_above(parents, place), *_below(inside, place)):
                found[code] = max(found.get(code, 0.0), hit)
    return found


def unknown(tx: Transaction, kind: RuleKind, codes: Collection[str]) -> list[str]:
    """Return those of a telegram's codes that our tables do not have, in order: JMA has changed its areas before."""
    if kind is RuleKind.TSUNAMI:
        known = set(tx.execute(select(TsunamiArea.code).where(TsunamiArea.code == func.any(list(codes)))).scalars())
    else:
        known = set(tx.execute(select(Area.code).where(Area.code == func.any(list(codes)))).scalars())
        known |= set(_wards()) if kind is RuleKind.SPECIAL_WARNING else set()
    return sorted(set(codes) - known)


def _meant(tx: Transaction, kind: RuleKind, hits: Mapping[str, Any]) -> Mapping[str, Iterable[str]]:
    if kind is RuleKind.EARTHQUAKE:
        return {code: (code,) for code in hits}
    if kind is RuleKind.SPECIAL_WARNING:
        return {code: (code, *_wards().get(code, ())) for code in hits}
    on_coast: dict[str, list[str]] = defaultdict(list)
    coasts = select(Coast.tsunami_code, Coast.municipality_code).where(
        Coast.tsunami_code == func.any(list(hits)), Coast.lies
    )
    for coast, municipality in tx.execute(coasts):
        on_coast[coast].append(municipality)
    return on_coast


@cache
def _wards() -> Mapping[str, list[str]]:
    """Return the municipalities in which the warnings of a unit hold that is none of our areas (a city, a part)."""
    found: dict[str, list[str]] = defaultdict(list)
    for municipality, units in areas.warning_units().items():
        for unit in units:
            found[unit.code].append(municipality)
    return dict(found)


def _above(parents: Mapping[str, str | None], code: str) -> list[str]:
    found = []
    parent = parents.get(code)
    while parent:
        found.append(parent)
        parent = parents.get(parent)
    return found


def _below(inside: Mapping[str, list[str]], code: str) -> list[str]:
    found = list(inside.get(code, ()))
    for child in tuple(found):
        found += _below(inside, child)
    return found
