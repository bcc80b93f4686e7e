"""Whom a rule asks: people by their own regions, fixed recipients when a fixed area is hit, or everybody."""

import pytest

from core.errors import Invalid, NotAllowed, NotFound
from core.inputs import Nothing
from data.models.people import PersonList, PersonListMember
from services.safety import WhichRule, covered, decisions, rules
from tests.factories import actor_of, make_person
from tests.services.safety.conftest import asked, make_rule, only, people_of, take, tsunami_rule, warning_rule

FIRST = "a1_VXSE51_first.xml"
WARNING = "w1_VPWW54_special_warning.xml"


def fixed(tx, areas, **recipients):
    """Make a rule with fixed areas and recipients."""
    return make_rule(tx, "5-", who="fixed", areas=areas, **recipients)


class TestEverybody:
    """Anywhere in the country; nobody needs a region."""

    def test_D07_asks_people_without_a_region_too(self, tx):
        people_of(tx, ["520"])
        make_person(tx, mail="nowhere@example.jp")
        make_rule(tx, "5-", who="everybody")
        assert only(take(tx, FIRST)).values["people"] == 2

    def test_but_not_below_the_threshold(self, tx):
        make_person(tx, mail="nowhere@example.jp")
        make_rule(tx, "7", who="everybody")
        assert only(take(tx, FIRST)).message == decisions.BELOW


class TestFixed:
    """When one of the fixed areas is hit."""

    @pytest.mark.parametrize(("area", "is_hit"), [
        ("350", True), ("13", True), ("1310800", True), ("351", False), ("1320200", False), ("520", False),
    ])  # fmt: skip
    def test_D07_asks_its_recipients_wherever_they_live(self, tx, area, is_hit):
        person = people_of(tx, ["0110100"])["0110100"]
        fixed(tx, [area], people=[person.code])
        taken = only(take(tx, FIRST))
        assert taken.message == (decisions.OPENED if is_hit else decisions.NOT_FIXED)
        if is_hit:
            assert asked(tx, taken.broadcast_id) == {"0110100"}

    def test_asks_each_of_departments_and_lists_once(self, tx, cast):
        people = people_of(tx, ["0110100", "0120200"])
        row = PersonList(name="対策本部")
        tx.add(row)
        tx.session.flush()
        tx.add(PersonListMember(list_id=row.id, person_id=people["0110100"].id))
        made = fixed(tx, ["350"], lists=[row.id], people=[people["0110100"].code, people["0120200"].code])
        assert only(take(tx, FIRST)).values["people"] == 2
        assert made.people == sorted(person.code for person in people.values())
        assert made.area_names == ["東京都２３区"]

    def test_nobody_among_the_recipients_is_said(self, tx):
        row = PersonList(name="空のリスト")
        tx.add(row)
        tx.session.flush()
        fixed(tx, ["350"], lists=[row.id])
        assert only(take(tx, FIRST)).message == decisions.NOBODY_FIXED

    def test_works_for_special_warnings_and_tsunamis(self, tx):
        person = people_of(tx, ["0110100"])["0110100"]
        warning_rule(tx, who="fixed", areas=["32"], people=[person.code])
        tsunami_rule(tx, who="fixed", areas=["0320300"], people=[person.code])
        assert only(take(tx, WARNING)).message == decisions.OPENED
        assert only(take(tx, "t1_VTSE41_major_warning.xml")).message == decisions.OPENED

    @pytest.mark.parametrize("lacks", [
        {"areas": []}, {"people": []}, {"people": ["没有"]}, {"areas": ["350"], "people": []},
    ])  # fmt: skip
    def test_what_is_missing_is_said_beside_its_field(self, tx, lacks):
        person = people_of(tx, ["0110100"])["0110100"]
        with pytest.raises(Invalid) as refused:
            make_rule(tx, "5-", who="fixed", **{"areas": ["350"], "people": [person.code], **lacks})
        assert refused.value.fields


class TestThresholds:
    """Each kind has its own, and only its own."""

    def test_a_tsunami_rule_goes_either_by_grade_or_by_height(self, tx):
        for policy in ({"grade": None}, {"grade": "warning", "height": 0.3}):
            with pytest.raises(Invalid):
                tsunami_rule(tx, **policy)

    def test_what_other_kinds_need_is_not_stored(self, tx):
        made = warning_rule(tx, grade="warning", wait_3=10, areas=["350"])
        assert (made.grade, made.wait_3, made.areas, made.threshold) == (None, 0, [], None)

    def test_special_warnings_need_a_kind(self, tx):
        with pytest.raises(Invalid):
            warning_rule(tx, warnings=[])


class TestCovered:
    """``safety.covered``."""

    def test_D07_counts_whom_the_rule_could_ask_today(self, tx):
        people_of(tx, ["350", "0320300", "3220200"])
        make_person(tx, mail="nowhere@example.jp")
        earthquake, wave, weather = make_rule(tx, "5-"), tsunami_rule(tx), warning_rule(tx)
        everybody = make_rule(tx, "7", who="everybody")
        counted = [covered(tx, WhichRule(id=one.id)).people for one in (earthquake, wave, weather, everybody)]
        assert counted[0] == counted[2] == 3
        assert 1 <= counted[1] <= 3
        assert counted[3] == covered(tx, WhichRule(id=earthquake.id)).everybody == 4

    def test_is_refused_without_permission_or_when_gone(self, tx, acting, cast):
        made = make_rule(tx, "5-")
        with pytest.raises(NotAllowed):
            covered(acting(actor_of(tx, cast.staff)), WhichRule(id=made.id))
        with pytest.raises(NotFound):
            covered(tx, WhichRule(id=0))
        assert len(rules(tx, Nothing())) == 1
