"""Tsunamis and special warnings of a telegram in words, with the names of the places (D07)."""

import pytest

from core.i18n import using_language
from services.safety import TelegramsAsk, WhichTelegram, telegram, telegrams
from tests.services.safety.conftest import take


@pytest.fixture
def shown(tx):
    """Return what a telegram of ours is shown as, in Japanese."""

    def show(name):
        with using_language("ja"):
            return telegram(tx, WhichTelegram(id=take(tx, name).id))

    return show


class TestCoasts:
    def test_the_gravest_come_first_by_their_names(self, shown):
        coasts = shown("t4_VTSE41_raised.xml").coasts
        assert [(one.name, one.grade.value, one.raised) for one in coasts] == [
            ("青森県太平洋沿岸", "major_warning", True),
            ("岩手県", "major_warning", False),
            ("宮城県", "major_warning", False),
            ("茨城県", "warning", True),
            ("千葉県九十九里・外房", "warning", True),
            ("千葉県内房", "advisory", True),
        ]

    def test_heights_stand_beside_them(self, shown):
        one = shown("t7_VTSE51_strange_heights.xml")
        measured = {coast.name: (coast.metres, coast.observing) for coast in one.coasts}
        assert measured["岩手県"] == (0.4, False)
        assert measured["福島県"] == (None, True)
        assert [(at.name, at.coast, at.metres) for at in one.tide_stations][:2] == [
            ("釜石", "岩手県", 0.4), ("大洗", "茨城県", 0.2),
        ]  # fmt: skip

    def test_jmas_words_stand_beside_the_gauges(self, shown):
        stations = shown("t2_VTSE51_observed.xml").tide_stations
        assert [one.words for one in stations] == ["重要、上昇中", "観測中"]

    def test_a_coast_that_no_table_has_shows_its_code(self, tx, shown):
        names = [one.name for one in shown("t9_VTSE41_strange_kinds.xml").coasts]
        assert names
        with using_language("en"):
            (row,) = telegrams(tx, TelegramsAsk()).rows
        assert row.alert == "tsunami warning"


class TestSpecialWarnings:
    def test_municipalities_and_parts_of_cities_have_their_names(self, shown):
        warned = shown("w9_VPWW53_abolished_and_split.xml").warned
        assert [(one.name, one.kind.value, one.status) for one in warned] == [
            ("横浜市北部", "33", "発表"),
            ("表にない地域（2236100）", "33", "発表"),
            ("横浜市北部", "35", "継続"),
            ("江津市", "37", "発表"),
        ]

    def test_what_has_ended_says_so(self, shown):
        one = shown("w7_VPWW54_lowered.xml")
        assert not any(each.in_force for each in one.warned)
        assert one.alert == "大雨特別警報（解除）、土砂災害特別警報（解除）"

    def test_an_unknown_kind_is_told(self, shown):
        assert shown("w17_VPWW55_unknown_code.xml").unknown_kinds == ["42 レベル５氾濫特別警報"]


class TestList:
    @pytest.mark.parametrize(
        ("name", "alert"),
        [
            ("t1_VTSE41_major_warning.xml", "大津波警報"),
            ("t5_VTSE41_lifted.xml", "津波予報（若干の海面変動）"),
            ("t3_VTSE41_cancel.xml", ""),
            ("w9_VPWW53_abolished_and_split.xml", "大雨特別警報、暴風特別警報、波浪特別警報"),
            ("a1_VXSE51_first.xml", ""),
        ],
    )
    def test_says_the_gravest(self, tx, shown, name, alert):
        shown(name)
        with using_language("ja"):
            assert telegrams(tx, TelegramsAsk()).rows[0].alert == alert
