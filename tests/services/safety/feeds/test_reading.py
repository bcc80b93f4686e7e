"""JMA's feeds are read every minute and what they name is taken in, each telegram once (D07)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

import core.settings
from core import clock, jobs
from core.audit import AuditRecord
from core.errors import Conflict, Refused
from data.models.broadcasts import Broadcast
from data.models.safety import Source, TelegramRecord, Verdict
from services.safety import FeedSwitch, switch_feed, telegrams
from services.safety.feeds import telegrams as fetching
from services.safety.feeds.looking import watch
from tests.services.safety.conftest import make_rule, people_of, sample
from tests.services.safety.feeds.conftest import MINUTE, NOON, entries, look, state, switch, system

FIRST, DETAIL = sample("a1_VXSE51_first.xml"), sample("a3_VXSE53_detail.xml")
SPECIAL, ORDINARY = sample("w1_VPWW54_special_warning.xml"), sample("w3_VPWW56_landslide_level4.xml")


def taken() -> list[tuple[str, str]]:
    """Return kind and verdict of what was taken in from the feeds, in order."""
    with system() as tx:
        found = select(TelegramRecord.kind, TelegramRecord.verdict).where(TelegramRecord.source == Source.FEED)
        return [(kind, verdict.value) for kind, verdict in tx.execute(found.order_by(TelegramRecord.id))]


class TestSwitch:
    def test_nobody_is_asked_until_somebody_switches_it_on(self, jma):
        look()
        watch()
        jobs.run_waiting_jobs()
        assert jma.asked == []
        assert (state().enabled, state().stale_since) == (False, None)

    def test_on_it_looks_at_once_and_off_it_stops(self, jma):
        assert switch().enabled
        jobs.run_waiting_jobs()
        assert jma.asked[:2] == ["eqvol.xml", "eqvol_l.xml"]
        assert state().last_success == NOON
        jma.sink.got.clear()
        assert not switch(on=False).enabled
        look()
        assert jma.asked == []

    def test_without_an_address_it_cannot_be_switched_on(self, jma, monkeypatch):
        monkeypatch.setenv("RENRAKU_JMA_FEEDS", "")
        core.settings.settings.cache_clear()
        with pytest.raises(Refused, match="RENRAKU_JMA_FEEDS"):
            switch()

    def test_an_address_that_went_away_is_an_alarm(self, on, monkeypatch):
        monkeypatch.setenv("RENRAKU_JMA_FEEDS", "")
        core.settings.settings.cache_clear()
        look()
        assert on.asked == []
        assert state().stale_since is not None

    def test_two_at_once_are_told_apart(self, jma):
        switch()
        with pytest.raises(Conflict), system() as tx:
            switch_feed(tx, FeedSwitch(enabled=False, version=0))

    def test_is_audited(self, jma):
        switch()
        recorded = select(AuditRecord.subject).where(AuditRecord.process == "safety.switch_feed")
        with system() as tx:
            assert tx.scalar(recorded) == "feed_reading"


class TestLook:
    def test_a_telegram_of_the_feed_asks_people(self, on):
        with system() as tx:
            make_rule(tx, "6-")
            people_of(tx, ["350", "331"])
        on.issue(FIRST, "VXSE51")
        look()
        assert taken() == [("VXSE51", "opened")]
        with system() as tx:
            assert tx.scalar(select(func.count()).select_from(Broadcast)) == 1
        assert set(entries().values()) == {"taken"}

    def test_each_is_fetched_once_whatever_the_feeds_say_later(self, on, later):
        name = on.issue(FIRST, "VXSE51")
        later()
        on.issue(DETAIL, "VXSE53")
        later()
        on.make_long()
        later()
        assert on.fetched.count(name) == 1
        assert taken() == [("VXSE51", "silent"), ("VXSE53", "silent")]

    def test_nothing_new_is_asked_for_with_the_age_of_the_last_answer(self, on, later):
        later()
        assert on.asked == ["eqvol.xml", "extra.xml"]
        assert all("if-modified-since" in got.headers for got in on.sink.got)
        assert state().last_success == on.at

    def test_what_matters_to_nobody_is_not_fetched(self, on, later):
        on.issue(b"<x/>", "VFVO53")
        on.issue(b"<x/>", "VPWS50", feed="extra")
        on.issue(b"<x/>", "VXSE43")
        later()
        assert on.fetched == []

    def test_where_the_file_does_not_say_the_kind_the_title_does(self, on, later):
        on.telegrams["a.xml"] = FIRST
        href = f"http://127.0.0.1:{on.sink.port}/developer/xml/data/a.xml"
        on.issue(FIRST, "x", title="震度速報", href=href)
        later()
        assert on.fetched == ["a.xml"]
        assert taken() == [("VXSE51", "silent")]

    def test_earthquakes_are_taken_in_before_the_weather_is_asked_for(self, on, later):
        on.issue(SPECIAL, "VPWW54", feed="extra")
        on.issue(FIRST, "VXSE51")
        later()
        assert on.asked[0] == "eqvol.xml"
        assert "VXSE51" in on.asked[1]
        assert on.asked[2] == "extra.xml"

    def test_weather_is_kept_only_if_it_speaks_of_special_warnings(self, on, later):
        on.issue(ORDINARY, "VPWW56", feed="extra")
        on.issue(SPECIAL, "VPWW54", feed="extra")
        later()
        assert sorted(entries().values()) == ["passed", "taken"]
        assert taken() == [("VPWW54", "silent")]
        later()
        assert len(on.fetched) == 2

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("w2_VPWW53_special_warning_lifted.xml", True),
            ("w7_VPWW54_lowered.xml", True),
            ("w8_VPWW54_correction.xml", True),
            ("w17_VPWW55_unknown_code.xml", True),
            ("w20_VPWW54_cancel.xml", True),
            ("w14_VPWW61_other.xml", False),
            ("f5_VXSE51_weak.xml", True),
            ("t3_VTSE41_cancel.xml", True),
        ],
    )
    def test_what_may_change_a_decision_is_kept(self, name, kept):
        assert fetching.matters(fetching.parse(sample(name))) is kept

    def test_a_drill_on_the_feed_sends_nothing(self, on, later):
        with system() as tx:
            make_rule(tx, "3")
            people_of(tx, ["350"])
        on.issue(sample("d1_VXSE51_drill.xml"), "VXSE51")
        later()
        assert taken() == [("VXSE51", "silent")]

    def test_a_look_that_takes_too_long_leaves_the_rest_to_the_next_one(self, on, later, monkeypatch):
        on.issue(FIRST, "VXSE51")
        monkeypatch.setattr("services.safety.feeds.looking.MOST_SECONDS", -1.0)
        later()
        assert list(entries().values()) == ["waiting"]
        monkeypatch.undo()
        monkeypatch.setenv("RENRAKU_JMA_FEEDS", on.base)
        look()
        assert list(entries().values()) == ["taken"]


class TestAlone:
    def test_the_look_of_a_minute_is_queued_once(self, on):
        with clock.frozen(clock.now()):
            clock._frozen_at = None  # the queue goes by the database's clock
            for _ in range(3):
                watch()
            with system() as tx:
                jobs_waiting = tx.plain(
                    "SELECT lock, scheduled_at FROM procrastinate.procrastinate_jobs WHERE task_name = %(name)s",
                    {"name": "safety.read_feeds"},
                )
        assert [job.lock for job in jobs_waiting] == ["safety.read_feeds"]

    def test_two_readers_at_once_take_a_telegram_once(self, on, later, monkeypatch):
        on.issue(FIRST, "VXSE51")
        real = fetching.take_telegram

        def meanwhile(tx, ask):
            monkeypatch.setattr(fetching, "take_telegram", real)
            return real(tx, ask)

        monkeypatch.setattr(fetching, "take_telegram", meanwhile)
        later()
        look()
        assert taken() == [("VXSE51", "silent")]


class TestForgetting:
    def test_addresses_of_long_ago_are_forgotten_and_never_asked_for_again(self, on, later):
        on.issue(FIRST, "VXSE51")
        later()
        on.pass_time(timedelta(days=61))
        clock._frozen_at = on.at
        with system() as tx:
            fetching.forget(tx)
        assert entries() == {}
        on.ages["eqvol"] = on.at
        look()
        assert len(on.fetched) == 1

    def test_younger_ones_stay(self, on, later):
        on.issue(FIRST, "VXSE51")
        later()
        with system() as tx:
            fetching.forget(tx)
        assert len(entries()) == 1


def test_a_telegram_from_the_feed_stands_in_the_list(on, later):
    on.issue(FIRST, "VXSE51")
    later(MINUTE)
    with system() as tx:
        (row,) = telegrams(tx, telegrams.asks()).rows
    assert (row.source, row.verdict) == (Source.FEED, Verdict.SILENT)
