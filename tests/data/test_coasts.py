"""Forecast areas for tsunamis and the municipalities on their coasts: complete, and corrected by people alone."""

import csv
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select

from data.migrate import sync_coasts
from data.models.areas import Coast, CoastOrigin, TsunamiArea
from data.reference.areas import municipalities, prefectures
from data.reference.coasts import coasts, tsunami_areas
from tests.data.test_reference import JMA_CODES

ON_LAGOONS = {"佐呂間町", "与謝野町", "安来市"}
HIGH_WAVES = 8
COASTAL_STATIONS = 5
SAMPLES = """
釜石市 210, 石巻市 220, 仙台市若林区 220, 横浜市中区 312, 鎌倉市 330, 横須賀市 312 330, 佐渡市 341, 粟島浦村 340,
八丈町 320, 小笠原村 321, 石垣市 802, 南大東村 801, 久米島町 800, 八雲町 102 111, 稚内市 110 120, 羅臼町 100,
むつ市 201 202, 館山市 311, 銚子市 310, 津市 391, 志摩市 400, 珠洲市 360, 金沢市 361, 下関市 700 701, 島原市 712,
五島市 730, 対馬市 731, 苓北町 740, 大分市 750 751, 屋久島町 771, 十島村 772, 奄美市 772, 枕崎市 773, 隠岐の島町 551,
洲本市 521 522, 新宿区, 札幌市中央区, 横浜市青葉区
"""


def _places(area: str) -> set[str]:
    return {municipalities()[place].name for code, place in coasts() if code == area}


class TestTables:
    def test_every_area_has_municipalities_and_every_code_is_known(self) -> None:
        assert len(tsunami_areas()) == 66
        assert {area for area, _place in coasts()} == set(tsunami_areas())
        assert {place for _area, place in coasts()} <= set(municipalities())

    def test_a_municipality_lies_on_two_coasts_at_most(self) -> None:
        places = [place for _area, place in coasts()]
        assert max(places.count(place) for place in places) == 2

    @pytest.mark.parametrize("sample", [one.split() for one in SAMPLES.split(",")], ids=lambda sample: sample[0])
    def test_samples_of_which_we_are_sure(self, sample: list[str]) -> None:
        (code,) = [code for code, one in municipalities().items() if one.name == sample[0]]
        assert {area for area, on in coasts() if on == code} == set(sample[1:])

    def test_an_area_named_after_a_prefecture_has_places_of_that_alone(self) -> None:
        for area in tsunami_areas().values():
            named = {one.code for one in prefectures().values() if area.name.startswith(one.name)}
            found = {place[:2] for code, place in coasts() if code == area.code}
            assert not named or found == named, area

    def test_ariake_and_yatsushiro_have_the_25_municipalities_of_four_prefectures(self) -> None:
        assert len({name.replace("西区", "").replace("南区", "") for name in _places("712")}) == 25


@pytest.mark.skipif(not JMA_CODES.exists(), reason="JMA's code tables are not on this machine")
class TestAgainstJma:
    def test_the_areas_are_those_of_jma(self) -> None:
        expected = [tuple(row[:3]) for row in _rows("CoastTsunami")]
        assert [(one.code, one.name, one.kana) for one in tsunami_areas().values()] == sorted(expected)

    def test_on_the_sea_is_for_whom_high_waves_are_warned_of(self) -> None:
        warned = {row[0] for row in _rows("AreaInformationCity") if row[HIGH_WAVES] == "1"}
        for place in municipalities().values():
            on_the_sea = place.code in {code for _area, code in coasts()}
            if place.warning_unit and place.name not in ON_LAGOONS:
                assert on_the_sea == (place.code in warned), place

    def test_tide_stations_stand_in_municipalities_of_their_area(self) -> None:
        compared = 0
        for code, name, *_rest in _rows("PointTsunami"):
            names = {one.partition("市")[0] + "市" if "市" in one else one for one in _places(code[:3])}
            everywhere = {one.name for one in municipalities().values() if name.startswith(one.name)}
            if len(code) == COASTAL_STATIONS and everywhere:
                compared += 1
                assert any(name.startswith(one) for one in names), name
        assert compared > 30

    def test_tide_stations_named_after_a_city_stand_in_it(self) -> None:
        compared = 0
        for code, name, *_rest in _rows("PointTsunami"):
            cities = {one.name for one in municipalities().values() if one.name.removesuffix("市") == name}
            if len(code) == COASTAL_STATIONS and cities:
                compared += 1
                assert cities & _places(code[:3]), name
        assert compared > 30


def _rows(name: str) -> Iterator[list[str]]:
    with (JMA_CODES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


class TestInTheDatabase:
    def test_both_tables_are_there(self, session) -> None:
        found = session.execute(select(Coast.tsunami_code, Coast.municipality_code).where(Coast.lies)).all()
        assert {tuple(row) for row in found} == coasts()
        assert set(session.scalars(select(TsunamiArea.code))) == set(tsunami_areas())

    def test_an_update_brings_what_is_ours_and_leaves_what_was_corrected(self, session) -> None:
        first, second, *_rest = sorted(coasts())
        session.execute(delete(Coast).where(Coast.tsunami_code.in_((first[0], "802"))))
        session.add_all([
            Coast(tsunami_code=first[0], municipality_code=first[1], origin=CoastOrigin.CORRECTED, lies=False),
            Coast(tsunami_code="802", municipality_code="0110100", origin=CoastOrigin.CORRECTED),
            Coast(tsunami_code="802", municipality_code="0110200", origin=CoastOrigin.OURS),
        ])  # fmt: skip
        session.flush()
        sync_coasts(session.connection())
        rows = session.execute(select(Coast.tsunami_code, Coast.municipality_code, Coast.origin, Coast.lies)).all()
        found = {(area, place): (origin, lies) for area, place, origin, lies in rows}
        assert found[first] == (CoastOrigin.CORRECTED, False)
        assert found[second] == (CoastOrigin.OURS, True)
        assert found["802", "0110100"] == (CoastOrigin.CORRECTED, True)
        assert set(found) == {*coasts(), ("802", "0110100")}
