"""From what somebody writes to a region (地域コード検索, D06): one, several to choose from, or none."""

import re
import unicodedata
from bisect import bisect_left
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from data.reference import areas
from services.people.regions.names import Codes, beginnings, longest_beginning, prefecture_of, rows, whole
from services.people.regions.towns import places_of, with_town
from services.people.regions.writing import folded

LONGEST = 300
POSTAL = re.compile(r"^(〒?)(\d{3})(-?)(\d{4})(?!\d)")
HYPHENS = str.maketrans("‐‑‒–—―−ー－", "-" * 9)
NOTHING: Codes = frozenset()


class Certainty(StrEnum):
    """How well a writing names a region: one, several of the same name, some that begin so, or none."""

    SURE = "sure"
    SEVERAL = "several"
    ALIKE = "alike"
    NONE = "none"


class Finding(NamedTuple):
    """What was found: the codes in order, the best known ones only."""

    certainty: Certainty
    codes: tuple[str, ...] = ()
    prefecture: str | None = None
    """Nothing but the prefecture could be read from the address."""

    @property
    def sure(self) -> str | None:
        """Return the one region that is meant; None when one has to ask."""
        return self.codes[0] if self.certainty is Certainty.SURE else None


@lru_cache(maxsize=4_096)
def find(written: str) -> Finding:
    """Return the region of an address, a postal code, a name or a code, each in any usual writing.

    Longest names first: 神奈川県川崎市宮前区 before 川崎町. Namesakes are told apart by prefecture and county, by the
    postal code in front, and at last by the town that follows.
    """
    text = unicodedata.normalize("NFKC", written[:LONGEST]).strip()
    postal, text = _without_postal_code(text)
    key = folded(text)
    if key.isdigit() or not key:
        # Seven digits alone may be a code of JMA and a postal code of somewhere else.
        return _judged((_by_code(key) if key else NOTHING) | _by_postal_code(postal or key))
    if codes := _at_the_top(whole().get(key, NOTHING)):
        return _judged(_told_apart(codes, "", postal))
    codes, rest = _in_prefecture(key)
    if codes:
        return _judged(_told_apart(codes, rest, postal))
    if codes := _by_postal_code(postal):
        return _judged(codes)
    return _alike(key)


def find_address(postal_code: str, address: str) -> Finding:
    """Return the municipality in which a person lives; the postal code helps where the address leaves it open."""
    digits = postal_code if re.fullmatch(r"\d{7}", postal_code) else ""
    if not address.strip(" 0123456789"):
        address = ""  # a number alone would be read as a code
    found = find(f"〒{digits}{address}" if digits else address)
    if found.codes and (found.certainty is Certainty.ALIKE or rows()[found.codes[0]].kind != "municipality"):
        return Finding(Certainty.NONE, (), prefecture_of(found.codes[0]) if found.sure else None)
    return found


def _without_postal_code(text: str) -> tuple[str, str]:
    compact = text.translate(HYPHENS)
    found = POSTAL.match(compact.replace(" ", "", 1) if compact.startswith("〒 ") else compact)
    if found is None:
        return "", text
    rest = compact[compact.index(found[4], compact.index(found[2]) + 3) + 4 :]
    if not (found[1] or found[3]) and not rest.strip():
        return "", text  # seven digits alone may be a code as well
    return found[2] + found[4], rest


def _by_code(digits: str) -> Codes:
    found = {digits.zfill(width) for width in (2, 3, 7) if len(digits) in {width, width - 1}} & rows().keys()
    if len(digits) in {4, 5}:
        found |= {place.code for place in areas.municipalities_by_jis(digits.zfill(5))}
    if len(digits) in {5, 6} and _has_check_digit(digits.zfill(6)):
        found |= {place.code for place in areas.municipalities_by_jis(digits.zfill(6)[:5])}
    return _at_the_top(frozenset(found))


def _has_check_digit(code: str) -> bool:
    # 全国地方公共団体コード: the sixth digit is a check digit over the five of JIS X 0402.
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    return (11 - total % 11) % 10 == int(code[5])


def _by_postal_code(digits: str) -> Codes:
    if not re.fullmatch(r"\d{7}", digits):
        return NOTHING
    found = (longest_beginning(folded(place)) for place in places_of(digits))
    return frozenset(code for codes, _rest in found for code in codes)


def _in_prefecture(key: str) -> tuple[Codes, str]:
    """Return where an address may lie, its prefecture written with or without 都・府・県, and what follows."""
    stem, name = next(((stem, name) for stem, name in _prefectures() if key.startswith(stem)), ("", ""))
    if stem and not key.startswith(name):
        codes, rest = longest_beginning(name + key.removeprefix(stem))
        here, after = longest_beginning(key)
        return (codes, rest) if len(rest) < len(after) else (here, after)
    return longest_beginning(key)


@cache
def _prefectures() -> list[tuple[str, str]]:
    names = [folded(one.name) for one in areas.prefectures().values()]
    return [(name.rstrip("都府県"), name) for name in names]


def _told_apart(codes: Codes, rest: str, postal: str) -> Codes:
    if len(codes) > 1 and postal:
        codes = codes & _by_postal_code(postal) or codes
    if len(codes) > 1 and rest:
        codes = with_town(codes, rest) or codes
    return codes


def _at_the_top(codes: Codes) -> Codes:
    """Return the codes without those that hold another one of them: 奈良県 is a prefecture and the one area in it."""
    return codes - {rows()[code].parent for code in codes}


def _judged(codes: Codes) -> Finding:
    if not codes:
        return Finding(Certainty.NONE)
    return Finding(Certainty.SURE if len(codes) == 1 else Certainty.SEVERAL, tuple(sorted(codes)))


def _alike(key: str) -> Finding:
    names = _sorted_names()
    found: set[str] = set()
    for at in range(bisect_left(names, key), len(names)):
        if not names[at].startswith(key):
            break
        found |= whole()[names[at]]
    if found:
        return Finding(Certainty.ALIKE, tuple(sorted(found)))
    prefecture = next((name for _stem, name in _prefectures() if key.startswith(name)), None)
    code = next(iter(whole()[prefecture])) if prefecture else None
    return Finding(Certainty.NONE, (), prefecture_of(code) if code else None)


@cache
def _sorted_names() -> list[str]:
    return sorted(whole().keys() | beginnings().keys())
