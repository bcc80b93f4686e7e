"""Why somebody was asked or not: telegram, rule, area, time; or the first reason that kept somebody out."""

from datetime import timedelta

import pytest

from core import clock
from core.errors import NotAllowed, NotFound
from core.i18n import using_language
from core.inputs import Nothing
from data.models.people import PersonRegion
from services.safety import EditRule, Intensity, WhichWaiting, WhyAsk, edit_rule, hold_waiting, rules, why
from tests.factories import actor_of, make_person
from tests.services.safety.conftest import make_rule, only, people_of, take, taken_in, warning_rule
from tests.services.safety.test_again import another

FIRST, DETAIL = "a1_VXSE51_first.xml", "a3_VXSE53_detail.xml"


def sentence(tx, person, taken, language="ja"):
    """Return the only sentence about a person and a telegram."""
    with using_language(language):
        (reason,) = why(tx, WhyAsk(person_id=person.id, telegram_id=taken.id)).reasons
    return reason.sentence


class TestAsked:
    """From what was frozen."""

    def test_D07_names_telegram_rule_area_and_time(self, tx):
        person = people_of(tx, ["1310800"])["1310800"]
        make_rule(tx, "5-")
        taken = take(tx, FIRST)
        said = sentence(tx, person, taken)
        assert "設定「震度5-以上」" in said
        assert "震度速報" in said
        assert "江東区" in said
        assert f"一斉送信No.{only(taken).broadcast_id}" in said

    def test_who_was_asked_by_a_later_telegram_reads_that_one(self, tx):
        people_of(tx, ["350"])
        person = people_of(tx, ["331"])["331"]
        make_rule(tx, "5-")
        take(tx, FIRST)
        detail = take(tx, DETAIL)
        found = why(tx, WhyAsk(person_id=person.id, broadcast_id=only(detail).broadcast_id))
        assert found.reasons[0].telegram_id == detail.id
        assert found.reasons[0].asked

    def test_everybody_and_fixed_recipients_have_their_own_words(self, tx):
        person = people_of(tx, ["520"])["520"]
        make_rule(tx, "5-", who="everybody", name="全員")
        make_rule(tx, "5-", who="fixed", areas=["13"], people=[person.code], name="固定")
        found = why(tx, WhyAsk(person_id=person.id, telegram_id=take(tx, FIRST).id))
        assert ["全員が対象" in found.reasons[0].sentence, "固定の宛先" in found.reasons[1].sentence] == [True, True]


class TestNotAsked:
    """The first reason that holds."""

    @pytest.fixture
    def rule(self, tx):
        people_of(tx, ["350"])
        return make_rule(tx, "5-")

    def test_the_region_was_not_reached_and_what_was_reported_there(self, tx, rule):
        person = people_of(tx, ["331"])["331"]
        said = sentence(tx, person, take(tx, FIRST))
        assert "震度5弱に達していない" in said
        assert "震度4" in said

    @pytest.mark.parametrize(("address", "word"), [("", "登録がありません"), ("東京都江東区1-1", "変換されていません")])
    def test_no_region_or_an_address_that_became_none(self, tx, rule, address, word):
        person = make_person(tx, mail="nowhere@example.jp")
        person.address = address
        assert word in sentence(tx, person, take(tx, FIRST))

    def test_the_person_had_left(self, tx, rule):
        person = people_of(tx, ["341"])["341"]
        person.retired_at = tx.now
        assert "利用停止" in sentence(tx, person, take(tx, FIRST))

    def test_the_rule_is_off(self, tx):
        person = people_of(tx, ["350"])["350"]
        make_rule(tx, "5-", enabled=False)
        assert "オフ" in sentence(tx, person, take(tx, FIRST))

    def test_no_area_reached_the_threshold(self, tx):
        person = people_of(tx, ["350"])["350"]
        make_rule(tx, "7")
        assert "最大震度6弱" in sentence(tx, person, take(tx, FIRST))

    def test_a_drill(self, tx, rule):
        person = people_of(tx, ["341"])["341"]
        assert "訓練" in sentence(tx, person, take(tx, "d1_VXSE51_drill.xml"))

    def test_asked_before_by_another_case(self, tx, rule):
        person = people_of(tx, ["341"])["341"]
        first = take(tx, FIRST)
        said = sentence(tx, person, taken_in(tx, another(1)))
        assert "6時間以内" in said
        assert f"一斉送信No.{only(first).broadcast_id}" in said

    def test_it_waits_or_is_held_back(self, tx):
        person = people_of(tx, ["350"])["350"]
        rule = make_rule(tx, "5-", wait_6_lower=10)
        taken = take(tx, FIRST)
        assert "待機中" in sentence(tx, person, taken)
        hold_waiting(tx, WhichWaiting(rule_id=rule.id, telegram_id=taken.id))
        assert "見送られて" in sentence(tx, person, taken)

    def test_who_came_later(self, tx, rule):
        taken = take(tx, FIRST)
        person = people_of(tx, ["341"])["341"]
        assert "名簿" in sentence(tx, person, taken)

    def test_not_among_fixed_recipients(self, tx):
        one, other = people_of(tx, ["350", "341"]).values()
        make_rule(tx, "5-", who="fixed", areas=["350"], people=[one.code])
        assert "固定の宛先に含まれていません" in sentence(tx, other, take(tx, FIRST))

    def test_special_warnings(self, tx):
        person = people_of(tx, ["3220500", "3220200"])["3220500"]
        warning_rule(tx)
        assert "該当なし" in sentence(tx, person, take(tx, "w1_VPWW54_special_warning.xml"))

    def test_what_is_switched_off_later_still_says_who_was_asked(self, tx, rule):
        person = people_of(tx, ["341"])["341"]
        taken = take(tx, FIRST)
        (row,) = rules(tx, Nothing())
        edit_rule(tx, EditRule(**{name: getattr(row, name) for name in EditRule.model_fields} | {"enabled": False}))
        with clock.frozen(tx.now + timedelta(days=1)):
            assert "送信しました" in sentence(tx, person, taken)


def test_every_sentence_is_whole_in_both_languages(tx):
    person = people_of(tx, ["331"])["331"]
    tx.add(PersonRegion(person_id=person.id, area_code="520"))
    make_rule(tx, "5-")
    people_of(tx, ["350"])
    taken = take(tx, FIRST)
    for language, end in (("ja", "震度4"), ("en", Intensity.FOUR.message)):
        said = sentence(tx, person, taken, language)
        assert "{" not in said
        assert end in said


def test_out_of_reach_and_without_permission(tx, acting, cast):
    make_rule(tx, "5-")
    taken = take(tx, FIRST)
    with pytest.raises(NotAllowed):
        why(acting(actor_of(tx, cast.staff)), WhyAsk(person_id=cast.staff.id, telegram_id=taken.id))
    with pytest.raises(NotFound):
        why(tx, WhyAsk(person_id=0, telegram_id=taken.id))
    with pytest.raises(NotFound):
        why(tx, WhyAsk(person_id=cast.staff.id, broadcast_id=0))
