"""JMA's server on loopback, and an installation that reads it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

import core.settings
from core import clock
from core.actor import Actor
from core.database import transaction
from core.i18n import using_language
from data.models.safety_feeds import FeedEntry, FeedReading
from services.safety import FeedState, FeedSwitch, feed_state, opening, read_feeds, switch_feed
from tests.http_sink import http_sink
from tests.jma_feeds import Jma

NOON = datetime(2031, 5, 14, 0, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def system() -> Any:
    """Open a transaction of the system."""
    return transaction(Actor.system("test"))


def switch(*, on: bool = True) -> FeedState:
    """Switch the reading on or off."""
    with system() as tx:
        reading = tx.get(FeedReading, 1)
        return switch_feed(tx, FeedSwitch(enabled=on, version=reading.version if reading else 0))


def state() -> FeedState:
    """Return how the reading stands, in English."""
    with using_language("en"), system() as tx:
        return feed_state(tx, feed_state.asks())


def entries() -> dict[str, str]:
    """Return what became of each telegram that was named, by its file."""
    with system() as tx:
        found = tx.execute(select(FeedEntry.url, FeedEntry.state).order_by(FeedEntry.url))
        return {url.rpartition("/")[2]: entry_state.value for url, entry_state in found}


def look() -> None:
    """Look at the feeds, and ask whom that has decided to ask, as a worker does right after it."""
    read_feeds()
    opening.open_due_now()


@pytest.fixture
def jma(live: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jma]:
    """Run JMA's server, at noon of a day in 2031 as is our clock, and read from it."""
    with http_sink() as sink, clock.frozen(NOON):
        server = Jma(sink, NOON)
        monkeypatch.setenv("RENRAKU_JMA_FEEDS", server.base)
        core.settings.settings.cache_clear()
        yield server
    core.settings.settings.cache_clear()


@pytest.fixture
def on(jma: Jma) -> Jma:
    """The same, switched on an hour ago and read a minute ago."""
    with clock.frozen(NOON - timedelta(hours=1)):
        jma.at = clock.now()
        switch()
        read_feeds()
        with system() as tx:
            tx.session.get_one(FeedReading, 1).begins_at = NOON - timedelta(days=2)
    jma.at = NOON - MINUTE
    with clock.frozen(jma.at):
        read_feeds()
    jma.at = NOON
    jma.sink.got.clear()
    return jma


@pytest.fixture
def later(jma: Jma) -> Callable[..., None]:
    """Return what lets time pass, for JMA and for us alike, and looks at the feeds then."""

    def pass_and_look(passed: timedelta = MINUTE, *, looking: bool = True) -> None:
        jma.pass_time(passed)
        clock._frozen_at = jma.at  # the fixture puts it back
        if looking:
            look()

    return pass_and_look
