"""Rehearsing telegrams: who would be asked today, by what, who is missed and why; and nothing is left of it (N02)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from core.errors import NotAllowed, Refused
from core.i18n import using_language
from data.models.broadcasts import Broadcast
from data.models.people import ContactKind, ContactPoint, PersonRegion
from data.models.procedures import SendingProcedure
from data.models.safety import Asking, Case, Rule, TelegramRecord
from services.broadcasts import seed_procedures
from services.safety import (
    RehearsedRulePeople,
    RehearsedTelegrams,
    rehearse,
    rehearse_files,
    rehearse_people,
)
from tests.services.safety.conftest import JMA, make_rule, people_of, sample, take, tsunami_rule, warning_rule

EVENT = ("a4_VXSE53_raised.xml", "a1_VXSE51_first.xml", "a3_VXSE53_detail.xml")
AREAS = ["350", "341", "360", "331", "351", "301"]


@pytest.fixture
def rule_live(live):
    """A rule in a database of its own, as the command line finds it."""
    with transaction(Actor.system("test")) as tx:
        make_rule(tx)


def rehearsed(tx, *names):
    """Rehearse some of our own telegrams."""
    return rehearse(tx, RehearsedTelegrams(files=[sample(name) for name in names]))


class TestRehearse:
    def test_N02_a_whole_event_says_who_is_added_by_which_telegram(self, tx, rule):
        made = rule("5-")
        people_of(tx, AREAS)
        found = rehearsed(tx, *EVENT)
        assert [one.kind for one in found.telegrams] == ["VXSE51", "VXSE53", "VXSE53"]
        (of_rule,) = found.rules
        assert (of_rule.rule_id, of_rule.enabled, of_rule.people) == (made.id, True, 5)
        assert [(one.telegram, one.areas, one.people) for one in of_rule.asks] == [(1, 3, 3), (2, 4, 1), (3, 5, 1)]

    def test_nothing_is_left_of_it(self, tx, rule):
        rule("5-", enabled=False)
        people_of(tx, AREAS)
        rehearsed(tx, *EVENT)
        for model in (Broadcast, Asking, Case, TelegramRecord):
            assert tx.scalar(select(func.count()).select_from(model)) == 0
        assert tx.scalar(select(Rule.enabled)) is False

    def test_what_was_taken_in_before_is_not_known(self, tx, rule):
        rule("5-")
        people_of(tx, AREAS)
        take(tx, EVENT[1])
        assert rehearsed(tx, EVENT[1]).rules[0].people == 3

    def test_one_that_came_in_is_rehearsed_by_its_number(self, tx, rule):
        rule("5-")
        people_of(tx, AREAS)
        taken = take(tx, EVENT[1])
        assert rehearse(tx, RehearsedTelegrams(ids=[taken.id])).rules[0].people == 3

    def test_a_drill_is_taken_for_real(self, tx, rule):
        rule("6-")
        people_of(tx, ["520"])
        found = rehearsed(tx, "d1_VXSE51_drill.xml")
        assert found.telegrams[0].status == "drill"
        assert found.rules[0].people == 1

    def test_a_rule_that_is_off_acts_and_says_so(self, tx, rule):
        rule("5-", enabled=False)
        people_of(tx, AREAS)
        assert [(one.enabled, one.people) for one in rehearsed(tx, EVENT[1]).rules] == [(False, 3)]

    def test_a_first_report_waits_for_its_confirmation(self, tx, rule):
        rule("5-", wait_6_lower=30)
        people_of(tx, AREAS)
        alone, confirmed = rehearsed(tx, EVENT[1]), rehearsed(tx, EVENT[1], EVENT[2])
        first = alone.telegrams[0].report_time
        assert [one.at for one in alone.rules[0].asks] == [first + timedelta(minutes=30)]
        assert [one.at for one in confirmed.rules[0].asks] == [confirmed.telegrams[1].report_time]

    def test_a_cancel_within_the_wait_asks_nobody(self, tx, rule):
        rule("5-", wait_5_lower=30, wait_5_upper=30, wait_6_lower=30, wait_6_upper=30)
        assert rehearsed(tx, "b1_VXSE51_cancelled_later.xml", "b2_VXSE51_cancel.xml").rules == []

    def test_who_is_missed_and_why(self, tx, rule):
        rule("5-")
        there = people_of(tx, AREAS)
        tx.session.delete(
            tx.execute(select(ContactPoint).where(ContactPoint.person_id == there["350"].id)).scalar_one()
        )
        tx.session.delete(
            tx.execute(select(PersonRegion).where(PersonRegion.person_id == there["341"].id)).scalar_one()
        )
        there["341"].address = "千葉県千葉市中央区1-1"
        tx.session.flush()
        (of_rule,) = rehearsed(tx, *EVENT).rules
        forecast = of_rule.prospect.forecast
        assert (forecast.people, forecast.reached) == (4, 3)
        assert [(one.reason, one.people) for one in forecast.missed] == [("no_contact", 1)]
        assert (of_rule.without_region, of_rule.with_address) == (1, 1)

    def test_what_follows_and_what_it_costs(self, tx, rule):
        seed_procedures(tx)
        stepwise = tx.scalar(select(SendingProcedure.id).where(SendingProcedure.sample == "stepwise"))
        rule("5-", procedure_id=stepwise)
        there = people_of(tx, AREAS)
        tx.add(ContactPoint(person_id=there["350"].id, kind=ContactKind.MOBILE, value="+819000000001"))
        follows = rehearsed(tx, EVENT[1]).rules[0].prospect.follows
        assert [(one.channel, one.minutes, one.people) for one in follows if not one.off] == [("sms", 30, 1)]

    def test_coasts_and_special_warnings_too(self, tx):
        tsunami_rule(tx)
        warning_rule(tx)
        people_of(tx, ["0321100", "3220200"])
        found = rehearsed(tx, "t1_VTSE41_major_warning.xml", "w1_VPWW54_special_warning.xml")
        assert len(found.telegrams) == 2
        assert {one.name for one in found.rules} <= {"津波", "特別警報"}
        assert found.rules

    def test_a_cause_that_a_case_has_already_is_no_matter(self, tx, rule):
        rule("5-")
        people_of(tx, AREAS)
        assert rehearsed(tx, EVENT[1]).rules[0].people == rehearsed(tx, EVENT[1]).rules[0].people == 3

    def test_nothing_to_rehearse_is_said(self, tx, rule):
        with pytest.raises(Refused):
            rehearse(tx, RehearsedTelegrams())
        with pytest.raises(Refused):
            rehearsed(tx, EVENT[1])

    def test_is_refused_without_permission(self, manager):
        with pytest.raises(NotAllowed):
            rehearse(manager, RehearsedTelegrams(files=[sample(EVENT[1])]))


class TestPeople:
    def test_names_each_with_the_address(self, tx, rule):
        rule("5-")
        people_of(tx, AREAS)
        (of_rule,) = rehearsed(tx, EVENT[1]).rules
        page = rehearse_people(tx, RehearsedRulePeople(rule_id=of_rule.rule_id, rounds=of_rule.rounds))
        assert sorted(address for row in page.rows for address in row.addresses) == [
            "p341@example.jp", "p350@example.jp", "p360@example.jp",
        ]  # fmt: skip


class TestCommandLine:
    def test_says_the_same(self, live, rule_live):
        with using_language("ja"):
            said = rehearse_files([sample(EVENT[1])])
        assert "VXSE51" in said
        assert "震度5弱以上" in said

    @pytest.mark.skipif(not JMA.exists(), reason="JMA's own telegrams are not here")
    def test_an_official_drill_telegram_is_rehearsed(self, live, rule_live):
        said = rehearse_files([(JMA / "32-35_01_03_240613_VXSE53.xml").read_bytes()])
        assert "VXSE53" in said
