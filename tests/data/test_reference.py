"""The tables of areas: complete, consistent, and equal to JMA's facts."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import ROOT
from data.models.areas import AreaKind
from data.reference.areas import (
    Area,
    Municipality,
    Prefecture,
    areas,
    counties,
    former,
    municipalities,
    municipalities_by_jis,
    prefectures,
    rows,
    warning_units,
)
from data.reference.build import CITIES, PREFECTURES, STATIONS, build
from data.reference.romaji import romaji

JMA_CODES = ROOT.parent / "shared" / "data" / "jma" / "codes"
TABLES = ROOT / "data" / "reference"


class TestTables:
    def test_have_all_places(self) -> None:
        assert (len(prefectures()), len(areas()), len(municipalities())) == (47, 188, 1894)

    def test_who_is_no_warning_unit_has_others_and_nobody_else(self) -> None:
        assert {code for code, one in municipalities().items() if not one.warning_unit} == set(warning_units())
        units = {code: [one.name for one in found] for code, found in warning_units().items()}
        assert units["0110100"] == ["札幌市"]
        assert (units["1410100"], units["1410300"]) == (["横浜市北部"], ["横浜市南部"])
        assert units["0410100"] == ["仙台市東部", "仙台市西部"]
        assert units["0120600"] == ["釧路市釧路", "釧路市阿寒", "釧路市音別"]

    def test_counties_are_those_of_towns_and_villages(self) -> None:
        assert set(counties()) <= {one.jis for one in municipalities().values()}
        assert (counties()["04324"], counties()["13381"]) == (("柴田郡", "シバタグン"), ("三宅島", ""))
        assert {one.prefecture for one in former()} <= set(prefectures())

    def test_codes_are_of_their_form(self) -> None:
        assert [code for code in prefectures() if not re.fullmatch(r"\d{2}", code)] == []
        assert [code for code in areas() if not re.fullmatch(r"\d{3}", code)] == []
        assert [code for code in municipalities() if not re.fullmatch(r"\d{7}", code)] == []

    def test_every_place_lies_in_one_of_the_level_above(self) -> None:
        assert {area.prefecture for area in areas().values()} == set(prefectures())
        assert {municipality.area for municipality in municipalities().values()} == set(areas())
        for municipality in municipalities().values():
            assert municipality.prefecture == municipality.code[:2] == areas()[municipality.area].prefecture

    def test_no_name_is_empty_and_kana_are_kana(self) -> None:
        every: list[Prefecture | Area | Municipality] = [*prefectures().values(), *areas().values()]
        for place in [*every, *municipalities().values()]:
            assert place.name
            assert re.fullmatch(r"[ぁ-んー]+", place.kana), place
            assert re.fullmatch(r"[A-Z0-9][A-Za-z0-9 ,'()-]+", place.name_en), place

    def test_municipality_codes_are_jis_codes_but_for_two_islands(self) -> None:
        others = [m for m in municipalities().values() if m.code != f"{m.jis}00"]
        assert [m.name for m in others] == ["佐世保市", "佐世保市宇久島", "薩摩川内市", "薩摩川内市甑島"]

    def test_a_name_is_there_once_in_its_prefecture(self) -> None:
        names = Counter((m.prefecture, m.name) for m in municipalities().values())
        assert [name for name, times in names.items() if times > 1] == []

    def test_wards_are_those_of_the_twenty_designated_cities(self) -> None:
        wards = [m for m in municipalities().values() if m.ward]
        assert len(wards) == 171
        assert len({m.name.partition("市")[0] for m in wards}) == 20
        assert not municipalities()["1310400"].ward


class TestLookUps:
    def test_a_municipality_names_its_area(self) -> None:
        found = areas()[municipalities()["1720400"].area]
        assert (found.code, found.name, found.name_en) == ("390", "石川県能登", "Noto, Ishikawa")

    def test_an_abolished_code_is_not_there(self) -> None:
        assert "2236100" not in municipalities()

    def test_by_jis_code(self) -> None:
        assert [m.name for m in municipalities_by_jis("13104")] == ["新宿区"]
        assert [m.area for m in municipalities_by_jis("42202")] == ["730", "737"]
        assert municipalities_by_jis("99999") == ()

    def test_names_as_people_and_as_telegrams_write_them(self) -> None:
        date = municipalities()["0123300"]
        assert (date.name, date.seismic_name, date.kana, date.name_en) == (
            "伊達市",
            "胆振伊達市",
            "だてし",
            "Date City",
        )
        sakai = municipalities()["2714100"]
        assert (sakai.name, sakai.kana, sakai.name_en) == ("堺市堺区", "さかいしさかいく", "Sakai Ward, Sakai City")
        shimogyo = municipalities()["2610600"]
        assert (shimogyo.kana, shimogyo.ward, shimogyo.warning_unit) == ("きょうとししもぎょうく", True, False)
        assert municipalities()["3410100"].warning_unit


class TestRows:
    def test_parents_come_first(self) -> None:
        seen: set[str] = set()
        for row in rows():
            assert row.parent is None or row.parent in seen
            seen.add(row.code)
        assert len(seen) == len(rows()) == 47 + 188 + 1894

    def test_kinds_are_those_of_the_database(self) -> None:
        assert Counter(row.kind for row in rows()) == {
            AreaKind.PREFECTURE: 47,
            AreaKind.AREA: 188,
            AreaKind.MUNICIPALITY: 1894,
        }


class TestRomaji:
    @pytest.mark.parametrize(
        ("kana", "latin"),
        [
            ("おおさか", "Osaka"),
            ("とうおん", "Toon"),
            ("はっちょう", "Hatcho"),
            ("しんおんせん", "Shin'onsen"),
            ("とようら", "Toyoura"),
            ("おおおか", "Ooka"),
            ("じゅうに", "Juni"),
        ],
    )
    def test_writes_names_as_maps_do(self, kana: str, latin: str) -> None:
        assert romaji(kana) == latin

    def test_refuses_what_is_no_kana(self) -> None:
        with pytest.raises(ValueError, match="漢"):
            romaji("漢字")


@pytest.fixture(scope="module")
def jma_codes() -> Path:
    """JMA's own code tables, which lie beside the project and not in it."""
    if not JMA_CODES.is_dir():
        pytest.skip(f"JMA's own code tables are not here ({JMA_CODES}); the tables were checked in themselves")
    return JMA_CODES


class TestAgainstJma:
    def test_prefectures(self, jma_codes: Path) -> None:
        assert {(p.code, p.name) for p in prefectures().values()} == {
            (r[0], r[1]) for r in lines(jma_codes / PREFECTURES)
        }

    def test_areas(self, jma_codes: Path) -> None:
        ours = {(area.code, area.name, area.kana) for area in areas().values()}
        assert ours == {(row[0], row[1], row[2]) for row in lines(jma_codes / STATIONS)}

    def test_municipalities_and_their_areas(self, jma_codes: Path) -> None:
        ours = {(m.area, m.code) for m in municipalities().values()}
        assert ours == {(row[0], row[3]) for row in lines(jma_codes / STATIONS)}

    def test_names_of_municipalities(self, jma_codes: Path) -> None:
        cities = {row[0]: row for row in lines(jma_codes / CITIES)}
        for municipality in municipalities().values():
            row = cities[municipality.code]
            assert municipality.seismic_name == row[13]
            assert municipality.warning_unit == (row[5] == "1")
            if municipality.code.endswith("00"):
                full = prefectures()[municipality.prefecture].name + municipality.name
                assert full == row[1].replace("のうち", "")

    def test_building_anew_changes_nothing(self, jma_codes: Path, tmp_path: Path) -> None:
        build(jma_codes, tmp_path)
        for name in ("prefectures.csv", "areas.csv", "municipalities.csv", "warning_units.csv"):
            assert (tmp_path / name).read_bytes() == (TABLES / name).read_bytes(), name


def lines(path: Path) -> Iterator[list[str]]:
    """Yield the rows of one of JMA's files."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)
