"""The telegrams received: the list, and one with its places and reasons (D07)."""

import pytest

from core.errors import NotAllowed, NotFound
from core.i18n import using_language
from data.models.safety import Verdict
from services.safety import TelegramsAsk, WhichTelegram, telegram, telegrams
from tests.factories import actor_of
from tests.services.safety.conftest import only, people_of, take


@pytest.fixture
def three(tx, rule):
    """An opened broadcast, its extension, and a drill."""
    rule("5-")
    people_of(tx, ["350", "331"])
    return [take(tx, name) for name in ("a1_VXSE51_first.xml", "a3_VXSE53_detail.xml", "d1_VXSE51_drill.xml")]


class TestList:
    """``safety.telegrams``."""

    def test_the_latest_comes_first_with_what_was_done_and_why(self, tx, three):
        page = telegrams(tx, TelegramsAsk())
        assert [row.id for row in page.rows] == [one.id for one in reversed(three)]
        assert [row.verdict for row in page.rows] == ["silent", "extended", "opened"]
        with using_language("ja"):
            assert "訓練" in page.rows[0].reason
            assert "震度5弱以上" in page.rows[1].reason
        with using_language("en"):
            assert "seismic intensity 5 lower" in page.rows[1].reason

    def test_can_be_narrowed_to_what_was_done(self, tx, three):
        assert [row.id for row in telegrams(tx, TelegramsAsk(verdict=Verdict.EXTENDED)).rows] == [three[1].id]

    def test_is_read_page_by_page(self, tx, three):
        first = telegrams(tx, TelegramsAsk(size=2))
        second = telegrams(tx, TelegramsAsk(size=2, after=first.next))
        assert [row.id for row in [*first.rows, *second.rows]] == [one.id for one in reversed(three)]
        assert (first.count, second.next) == (3, None)

    def test_is_refused_without_permission(self, tx, acting, cast):
        with pytest.raises(NotAllowed):
            telegrams(acting(actor_of(tx, cast.staff)), TelegramsAsk())


class TestOne:
    """``safety.telegram``."""

    def test_has_its_places_by_name_the_strongest_first(self, tx, three):
        shown = telegram(tx, WhichTelegram(id=three[1].id))
        with using_language("ja"):
            assert [(place.name, place.intensity) for place in shown.areas][:2] == [
                ("東京都２３区", "6-"), ("千葉県北西部", "5+"),
            ]  # fmt: skip
        ranks = [place.intensity.rank for place in shown.municipalities]
        assert ranks == sorted(ranks, reverse=True)
        assert (shown.hypocentre, shown.office, shown.event_ids) == ("東京湾", "気象庁", ["20310514091203"])

    def test_links_its_broadcast_and_the_other_telegrams_of_the_earthquake(self, tx, three):
        shown = telegram(tx, WhichTelegram(id=three[1].id))
        assert list(shown.broadcasts) == [only(three[0]).broadcast_id]
        assert [row.id for row in shown.related] == [three[0].id]

    def test_places_without_a_report_stand_where_they_would_be(self, tx, rule):
        rule("5-")
        shown = telegram(tx, WhichTelegram(id=take(tx, "c1_VXSE53_unreported.xml").id))
        places = [(place.code, place.intensity, place.possible) for place in shown.areas]
        assert places == [("443", "6-", False), ("441", None, True), ("450", "4", True), ("442", "4", False)]

    def test_an_abolished_municipality_shows_its_code(self, tx, rule):
        shown = telegram(tx, WhichTelegram(id=take(tx, "f1_VXSE53_abolished_municipalities.xml").id))
        assert any("表にない地域" in place.name for place in shown.municipalities)

    @pytest.mark.parametrize("name", ["b2_VXSE51_cancel.xml", "e1_VXSE53_distant.xml", "u1_unknown_kind.xml",
                                      "w1_VPWW54_special_warning.xml", "f4_VXSE53_strange_values.xml"])  # fmt: skip
    def test_every_kind_can_be_shown(self, tx, name):
        assert telegram(tx, WhichTelegram(id=take(tx, name).id)).decisions

    def test_what_is_not_there_is_said(self, tx):
        with pytest.raises(NotFound):
            telegram(tx, WhichTelegram(id=999_999))

    def test_is_refused_without_permission(self, tx, acting, cast, three):
        with pytest.raises(NotAllowed):
            telegram(acting(actor_of(tx, cast.staff)), WhichTelegram(id=three[0].id))
