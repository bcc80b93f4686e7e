"""After an outage nothing is missed and nothing comes twice; what is too old asks nobody (D07)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.i18n import using_language
from data.models.broadcasts import Broadcast
from data.models.safety import TelegramRecord
from data.models.safety_feeds import FeedReading
from services.safety import decisions
from services.safety.feeds import telegrams as fetching
from tests.services.safety.conftest import make_rule, people_of, sample
from tests.services.safety.feeds.conftest import MINUTE, NOON, entries, look, state, switch, system

FIRST, DETAIL = sample("a1_VXSE51_first.xml"), sample("a3_VXSE53_detail.xml")
SPECIAL = sample("w1_VPWW54_special_warning.xml")
HOUR = timedelta(hours=1)


@pytest.fixture
def ruled(on):
    """Have a rule and people, so that what is fresh asks somebody."""
    with system() as tx:
        make_rule(tx, "6-")
        people_of(tx, ["350"])
    return on


def broadcasts() -> int:
    """Count the broadcasts."""
    with system() as tx:
        return tx.scalar(select(func.count()).select_from(Broadcast))


def messages() -> list[str]:
    """Return what was decided about each telegram first, in order."""
    with system() as tx:
        found = tx.execute(select(TelegramRecord.decisions).order_by(TelegramRecord.id)).scalars()
        return [decided[0]["message"] for decided in found]


class TestOutage:
    def test_a_short_one_needs_no_other_feed(self, ruled, later):
        later(4 * MINUTE, looking=False)
        ruled.issue(FIRST, "VXSE51")
        later(2 * MINUTE)
        assert "eqvol_l.xml" not in ruled.asked
        assert broadcasts() == 1

    def test_what_fell_out_of_the_feed_comes_from_the_one_of_many_days(self, ruled, later):
        name = ruled.issue(FIRST, "VXSE51")
        later(HOUR, looking=False)
        ruled.make_long()
        ruled.issue(b"<a/>", "VFVO53")
        later(20 * MINUTE, looking=False)
        ruled.issue(b"<a/>", "VFVO53")
        later()
        assert "eqvol_l.xml" in ruled.asked
        assert ruled.fetched == [name]
        assert broadcasts() == 1, "an outage of an hour: what is fresh enough asks"

    def test_the_feed_of_many_days_is_asked_until_it_has_caught_up(self, ruled, later):
        later(20 * MINUTE, looking=False)
        name = ruled.issue(FIRST, "VXSE51")
        later(20 * MINUTE, looking=False)
        ruled.issue(b"<a/>", "VFVO53")
        later()
        assert ruled.fetched == [], "neither feed has it: the long one is made once an hour"
        later()
        assert ruled.asked.count("eqvol_l.xml") == 2
        ruled.make_long()
        later()
        assert ruled.fetched == [name]
        ruled.sink.got.clear()
        later()
        assert ruled.asked == ["eqvol.xml", "extra.xml"]

    def test_a_quiet_time_is_no_outage(self, ruled, later):
        for _ in range(5):
            later(7 * MINUTE)
        ruled.issue(FIRST, "VXSE51")
        later()
        assert "eqvol_l.xml" not in ruled.asked

    def test_of_several_days_old_ones_are_only_kept(self, ruled, later):
        ruled.issue(DETAIL, "VXSE53")
        later(25 * HOUR, looking=False)
        ruled.issue(FIRST, "VXSE51")
        ruled.make_long()
        ruled.issue(b"<a/>", "VFVO53", ruled.at + 30 * MINUTE)
        later(30 * MINUTE)
        assert sorted(entries().values()) == ["taken", "taken"]
        assert messages() == [decisions.LATE, decisions.OPENED]
        assert broadcasts() == 1

    def test_a_late_cancel_still_stops_what_waits(self, on, later):
        on.issue(sample("b2_VXSE51_cancel.xml"), "VXSE51", on.at - 25 * HOUR)
        on.ages["eqvol"] = on.at
        later()
        assert messages() != [decisions.LATE]

    def test_the_sentence_about_lateness_is_told_in_both_languages(self):
        assert "24" in decisions.sentence(decisions.LATE, {})
        with using_language("ja"):
            assert "24時間" in decisions.sentence(decisions.LATE, {})


class TestFirstStart:
    def test_what_was_issued_before_is_kept_and_asks_nobody(self, jma, later):
        with system() as tx:
            make_rule(tx, "6-")
            people_of(tx, ["350"])
        jma.issue(FIRST, "VXSE51", NOON - 2 * HOUR)
        jma.make_long()
        jma.pass_time(MINUTE)
        jma.issue(b"<a/>", "VFVO53")
        switch()
        look()
        assert messages() == [decisions.LATE]
        assert broadcasts() == 0
        jma.issue(DETAIL, "VXSE53")
        later()
        assert broadcasts() == 1

    def test_what_is_being_issued_at_that_moment_is_new(self, jma):
        with system() as tx:
            make_rule(tx, "6-")
            people_of(tx, ["350"])
        jma.issue(FIRST, "VXSE51", NOON - 3 * MINUTE)
        switch()
        look()
        assert broadcasts() == 1

    def test_weather_that_can_start_nothing_is_not_fetched(self, jma):
        jma.issue(SPECIAL, "VPWW54", NOON - 2 * HOUR, feed="extra")
        jma.make_long()
        switch()
        look()
        assert jma.fetched == []
        assert entries() == {}

    def test_off_and_on_again_begins_anew(self, on):
        switch(on=False)
        clock._frozen_at = on.at = NOON + HOUR
        switch()
        look()
        with system() as tx:
            begins_at = tx.session.get_one(FeedReading, 1).begins_at
        assert begins_at == on.at - 10 * MINUTE


class TestKilled:
    def test_a_worker_that_dies_while_it_decides_loses_nothing(self, ruled, later, monkeypatch):
        ruled.issue(FIRST, "VXSE51")
        real = fetching.take_telegram

        def dies(tx, ask):
            real(tx, ask)
            raise KeyboardInterrupt

        monkeypatch.setattr(fetching, "take_telegram", dies)
        with pytest.raises(KeyboardInterrupt):
            later()
        assert (broadcasts(), list(entries().values())) == (0, ["waiting"])
        monkeypatch.setattr(fetching, "take_telegram", real)
        later()
        later()
        assert (broadcasts(), list(entries().values())) == (1, ["taken"])

    def test_a_fault_with_one_does_not_keep_back_the_others(self, ruled, later, monkeypatch):
        ruled.issue(DETAIL, "VXSE53", ruled.at - MINUTE)
        ruled.issue(FIRST, "VXSE51")
        real = fetching.take_telegram

        def fails_at_first(tx, ask):
            monkeypatch.setattr(fetching, "take_telegram", real)
            raise ZeroDivisionError

        monkeypatch.setattr(fetching, "take_telegram", fails_at_first)
        later()
        assert sorted(entries().values()) == ["taken", "waiting"]
        later()
        assert sorted(entries().values()) == ["taken", "taken"]


class TestClocks:
    def test_a_clock_that_is_a_day_ahead_silences_nothing(self, ruled):
        ruled.issue(FIRST, "VXSE51")
        clock._frozen_at = NOON + timedelta(hours=30)
        look()
        assert broadcasts() == 1
        assert state().clock_ahead == 30 * 3600

    def test_a_small_difference_is_not_worth_a_word(self, on):
        clock._frozen_at = NOON + timedelta(seconds=90)
        look()
        assert state().clock_ahead is None

    def test_a_clock_that_was_set_back_is_an_alarm_until_the_next_look(self, on):
        clock._frozen_at = NOON - 3 * HOUR
        assert state().stale_since is not None
        look()
        assert state().last_success == NOON - 3 * HOUR
