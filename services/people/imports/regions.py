"""Regions as people write them in a CSV: codes of several kinds, names with or without the prefecture (D06)."""

import re
import unicodedata
from collections import defaultdict
from functools import cache

from core.i18n import N_, listed
from core.inputs import WrongValue
from data.reference import areas

DISTRICT = re.compile(r"^(.{2,3}?[都道府県])?[^郡]{1,6}郡")
SHOWN = 8
AreaRows = dict[str, areas.AreaRow]


def find_region(written: str) -> str:
    """Return the code of a prefecture, 細分区域 or municipality from its code or its name.

    Raises:
        WrongValue: when nothing, or more than one thing, is called so; says what is possible.
    """
    key = _folded(written)
    found = _by_code(key) if key.isdigit() else _by_name().get(key) or _by_name().get(DISTRICT.sub(r"\1", key), set())
    chosen = found - {_rows()[code].parent for code in found}  # 奈良県 is a prefecture and the one area in it
    if len(chosen) == 1:
        return next(iter(chosen))
    if chosen:
        raise WrongValue(
            N_("“{written}” may be {candidates}. Write the code."), written=written, candidates=_listed(chosen)
        )
    alike = {code for name, codes in _by_name().items() if key and name.startswith(key) for code in codes}
    if alike:
        raise WrongValue(
            N_("There is no region “{written}”. Perhaps {candidates}."), written=written, candidates=_listed(alike)
        )
    raise WrongValue(N_("There is no region “{written}”."), written=written)


def full_name(code: str) -> str:
    """Return the name of an area with its prefecture in front: 東京都府中市."""
    row = _rows()[code]
    prefecture = row
    while prefecture.parent:
        prefecture = _rows()[prefecture.parent]
    return row.name if row.name.startswith(prefecture.name) else f"{prefecture.name}{row.name}"


def _by_code(digits: str) -> set[str]:
    found = {digits.zfill(width) for width in (2, 3, 7) if len(digits) in {width, width - 1}} & _rows().keys()
    if len(digits) in {4, 5}:
        found |= {place.code for place in areas.municipalities_by_jis(digits.zfill(5))}
    if len(digits) in {5, 6} and _check_digit(digits.zfill(6)):
        found |= {place.code for place in areas.municipalities_by_jis(digits.zfill(6)[:5])}
    return found


def _check_digit(code: str) -> bool:
    # 全国地方公共団体コード: the sixth digit is a check digit over the five of JIS X 0402.
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    return (11 - total % 11) % 10 == int(code[5])


def _listed(codes: set[str]) -> str:
    ordered = sorted(codes)
    more = " …" if len(ordered) > SHOWN else ""
    return listed(f"{full_name(code)} ({code})" for code in ordered[:SHOWN]) + more


@cache
def _rows() -> AreaRows:
    return {row.code: row for row in areas.rows()}


@cache
def _by_name() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in areas.rows():
        for name in (row.name, row.name_en, full_name(row.code)):
            found[_folded(name)].add(row.code)
    for place in areas.municipalities().values():
        found[_folded(place.seismic_name)].add(place.code)
    return dict(found)


def _folded(written: str) -> str:
    return "".join(unicodedata.normalize("NFKC", written).casefold().split())
