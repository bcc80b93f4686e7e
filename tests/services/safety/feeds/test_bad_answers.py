"""Whatever JMA's server answers is told as what it is, never taken for “nothing new”; the rest goes on (D07)."""

import gzip
import socket
import threading
import time
from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from core.actor import Actor
from core.errors import Unavailable
from core.i18n import using_language
from core.needs import Urgency, needs_of
from core.settings import ROOT
from services.numbers import numbers
from services.safety import read_feeds
from services.safety.feeds import telegrams as fetching
from services.safety.feeds import web
from services.safety.feeds.atom import read_feed
from services.safety.telegrams import Kind
from services.setup.doctor import work
from tests.services.safety.conftest import SAMPLES, sample
from tests.services.safety.feeds.conftest import MINUTE, NOON, entries, state, system

FIRST, DETAIL = sample("a1_VXSE51_first.xml"), sample("a3_VXSE53_detail.xml")
HALF = (SAMPLES / "broken" / "cut_in_half.xml").read_bytes()
PAGE = b"<!DOCTYPE html><html><body>Service Temporarily Unavailable</body></html>"
ADDRESS = httpx.URL("https://www.data.jma.go.jp/developer/xml/feed/eqvol.xml")
REAL = ROOT.parent / "shared" / "data" / "jma" / "feed" / "eqvol_20211124.xml"


def trouble(name: str = "eqvol") -> str:
    """Return what is wrong with a feed, in English."""
    return next(one.trouble for one in state().feeds if one.name == name)


def needed() -> list[tuple[str, str]]:
    """Return what stands on Home about it, and how urgent it is."""
    with using_language("en"), system() as tx:
        found = needs_of(tx.by(Actor.system("test")))
        return [(one.text, one.urgency.value) for one in found if one.page == "safety/telegrams.py"]


class TestFeeds:
    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ((200, {}, PAGE), "is no feed"),
            ((200, {}, b""), "is no feed"),
            ((200, {}, b"<feed/>"), "is no feed"),
            ((200, {}, FIRST), "is no feed"),
            ((200, {}, b"<?xml version='1.0'?><!DOCTYPE feed [<!ENTITY a 'b'>]><feed/>"), "is no feed"),
            ((304, {}, b""), None),
            ((403, {}, PAGE), "error (403)"),
            ((404, {}, PAGE), "error (404)"),
            ((500, {}, PAGE), "error (500)"),
            ((204, {}, b""), "error (204)"),
            ((302, {"location": "http://127.0.0.2/x.xml"}, b""), "another machine (127.0.0.2)"),
            ((301, {"location": "ftp://127.0.0.1/x.xml"}, b""), "another machine (127.0.0.1)"),
            ((302, {"location": "/developer/xml/feed/eqvol.xml"}, b""), "another machine"),
            ((200, {"content-encoding": "gzip"}, b"no gzip"), "broke off"),
        ],
    )
    def test_what_is_no_feed_is_a_failure(self, on, later, said, told):
        on.instead["eqvol.xml"] = said
        later()
        if told is None:  # it said so because we had told it the age of the last answer
            assert trouble() == ""
            return
        assert told in trouble()
        assert state().last_success == NOON - MINUTE
        del on.instead["eqvol.xml"]
        on.issue(FIRST, "VXSE51")
        later()
        assert (trouble(), list(entries().values())) == ("", ["taken"])

    def test_nothing_new_without_having_been_asked_so_is_a_failure(self, on, later):
        on.instead["eqvol.xml"] = (500, {}, b"")
        later()
        on.instead["eqvol.xml"] = (304, {}, b"")
        later()
        assert "error (304)" in trouble()

    def test_one_feed_in_trouble_leaves_the_other_alone(self, on, later):
        on.instead["eqvol.xml"] = (500, {}, b"")
        on.issue(sample("w1_VPWW54_special_warning.xml"), "VPWW54", feed="extra")
        later()
        assert list(entries().values()) == ["taken"]
        assert trouble("extra") == ""

    def test_a_redirect_on_the_same_machine_is_followed(self, on, later):
        on.instead["eqvol.xml"] = (302, {"location": "/elsewhere/eqvol2.xml"}, b"")
        on.ages["eqvol2"], on.feeds["eqvol2"] = on.at, on.feeds["eqvol"]
        later()
        assert trouble() == ""
        assert on.sink.got[1].path == "/elsewhere/eqvol2.xml"

    def test_too_large_is_not_read_to_its_end(self, on, later, monkeypatch):
        monkeypatch.setattr("services.safety.feeds.pages.FEED_MB", 1)
        on.instead["eqvol.xml"] = (200, {"content-encoding": "gzip"}, gzip.compress(b" " * 30_000_000))
        later()
        assert "larger than 1 MB" in trouble()

    def test_an_entry_that_cannot_be_read_hides_no_other(self, on, later):
        on.issue(FIRST, "VXSE51")
        on.issue(DETAIL, "VXSE53", href="https://evil.example/20310514001300_0_VXSE53_010000.xml")
        later()
        assert list(entries().values()) == ["taken"]
        assert "another machine (evil.example)" in trouble()

    def test_nobody_listening_is_told(self, on, later, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        monkeypatch.setattr("services.safety.feeds.looking.address", lambda: httpx.URL(f"http://127.0.0.1:{port}/"))
        later()
        assert "no connection" in trouble()

    def test_a_machine_that_answers_drop_by_drop_ends(self, monkeypatch):
        monkeypatch.setattr(web, "WHOLE_SECONDS", 0.5)
        with socket.create_server(("127.0.0.1", 0)) as server, web.line() as line:
            threading.Thread(target=_drip, args=(server,), daemon=True).start()
            began = time.monotonic()
            with pytest.raises(Unavailable, match="in time"):
                line.get(f"http://127.0.0.1:{server.getsockname()[1]}/eqvol.xml", limit_mb=1)
            assert time.monotonic() - began < 3

    def test_a_feed_that_stands_still_for_hours_is_a_failure(self, on, later):
        later(timedelta(hours=5))
        assert trouble("extra") == ""
        later(timedelta(hours=1))
        assert "stand still" in trouble("extra")
        assert trouble("eqvol") == "", "without an earthquake there is nothing new"
        on.issue(b"<a/>", "VPZU50", feed="extra")
        later()
        assert trouble("extra") == ""


def _drip(server: socket.socket) -> None:
    connection, _address = server.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(50):
            try:
                connection.sendall(b"x-a: b\r\n")
            except OSError:
                return
            time.sleep(0.1)


class TestTelegrams:
    def test_a_broken_one_is_noted_and_keeps_back_nobody(self, on, later):
        on.issue(HALF, "VXSE51", on.at - MINUTE)
        on.issue(DETAIL, "VXSE53")
        later()
        assert sorted(entries().values()) == ["taken", "waiting"]
        later()
        later()
        assert sorted(entries().values()) == ["refused", "taken"]
        (failed,) = state().failed
        assert "breaks off" in failed.reason
        assert ("JMA issued telegrams that could not be taken in", Urgency.NOW.value) in needed()
        later()
        assert len(on.fetched) == 4, "three times the broken one, and never again"

    def test_one_that_comes_whole_the_second_time_is_taken_in(self, on, later):
        name = on.issue(HALF, "VXSE51")
        later()
        on.telegrams[name] = FIRST
        later()
        assert (list(entries().values()), state().failed) == (["taken"], [])

    def test_one_that_is_not_there_is_asked_for_for_a_day(self, on, later):
        name = on.issue(FIRST, "VXSE51")
        del on.telegrams[name]
        for _ in range(4):
            later()
        assert on.fetched == [name] * 4
        later(timedelta(hours=25))
        assert list(entries().values()) == ["lost"]
        (failed,) = state().failed
        assert "error (404)" in failed.reason

    def test_a_hundred_megabytes_are_refused_before_they_are_read(self, on, later):
        on.issue(b"<Report>" + b" " * 100_000_000, "VXSE51")
        later()
        assert list(entries().values()) == ["waiting"]

    def test_a_server_that_is_gone_is_not_asked_for_all_of_them(self, on, later):
        for _ in range(9):
            name = on.issue(FIRST, "VXSE51")
            on.instead[name] = (503, {}, b"")
        later()
        assert len(on.fetched) == 2 * fetching.MOST_IN_A_ROW, "once for each feed"


class TestAlarm:
    def test_five_minutes_without_success_are_an_alarm_at_home(self, on):
        assert needed() == []
        clock._frozen_at = NOON + 5 * MINUTE
        ((text, urgency),) = needed()
        assert urgency == "now"
        assert "05/14 09:19" in text
        clock._frozen_at = NOON + 3 * MINUTE
        assert needed() == []

    def test_the_doctor_says_so_too(self, on):
        with using_language("en"), system() as tx:
            assert work.feeds(tx).good
        clock._frozen_at = NOON + 6 * MINUTE
        with using_language("en"), system() as tx:
            found = work.feeds(tx)
        assert not found.good
        assert "09:19" in found.text

    def test_off_there_is_nothing_to_know(self, jma):
        with system() as tx:
            assert work.feeds(tx) is None
            assert "feed_age_seconds" not in numbers(tx)

    def test_machines_see_its_age(self, on):
        clock._frozen_at = NOON + 6 * MINUTE
        with system() as tx:
            assert numbers(tx)["feed_age_seconds"] == 7 * 60


class TestAtom:
    def test_a_real_feed_of_jma_is_read(self):
        if not REAL.is_file():
            pytest.skip(f"JMA's own feed is not here ({REAL}); our own were read")
        feed = read_feed(REAL.read_bytes(), ADDRESS)
        assert [entry.kind for entry in feed.entries] == [Kind.HYPOCENTRE_AND_INTENSITY] * 2
        assert all(entry.url.startswith("https://www.data.jma.go.jp/developer/xml/data/") for entry in feed.entries)
        assert feed.trouble is None
        assert feed.oldest_at < feed.newest_at

    @given(st.binary(max_size=200))
    @settings(max_examples=100)
    def test_noise_is_refused(self, xml):
        with pytest.raises(Unavailable):
            read_feed(xml, ADDRESS)

    @given(st.data())
    @settings(max_examples=200)
    def test_damaged_feeds_are_read_or_refused(self, data):
        xml = (SAMPLES / "broken" / "feed_page.xml").read_bytes().replace(b"example.jp", b"www.data.jma.go.jp")
        for _ in range(data.draw(st.integers(1, 3))):
            start = data.draw(st.integers(0, len(xml)))
            end = start + data.draw(st.integers(0, 60))
            xml = xml[:start] + data.draw(st.binary(max_size=6) | st.just(xml[start:end] * 2)) + xml[end:]
        try:
            feed = read_feed(xml, ADDRESS)
        except Unavailable:
            return
        assert all(httpx.URL(entry.url).host == ADDRESS.host for entry in feed.entries)


def test_the_line_ends_what_takes_too_long_where_it_connects():
    with web.line() as line:
        pool = line._client._transport._pool
        assert pool._network_backend is line._timed


def test_read_feeds_without_a_row_does_nothing(jma):
    read_feeds()
    assert jma.asked == []
