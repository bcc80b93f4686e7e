"""How far the feeds are read (フィードの既読): what is new in them is noted once, what was missed is looked for.

The feeds of every minute reach back ten minutes at least. After an outage in which one did not reach back to the last
look, the feed of many days has the rest; it is made once an hour, so it is asked until it comes as far as the other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx
from sqlalchemy.dialects.postgresql import insert

from core.actor import Actor
from core.clock import jst
from core.database import transaction
from core.errors import RenrakuError, Unavailable
from core.i18n import N_
from core.settings import settings
from core.transaction import Transaction
from data.models.safety_feeds import EntryState, FeedEntry, FeedName, FeedPage, FeedReading
from services.safety.feeds.atom import Entry, Feed, read_feed
from services.safety.feeds.web import Answer, Line
from services.safety.telegrams.kinds import WEATHER_TRIGGERS

READER = Actor.system("safety.feeds")
ONLY_ROW = 1
FEED_MB = 32
LONG = {FeedName.EQVOL: FeedName.EQVOL_LONG, FeedName.EXTRA: FeedName.EXTRA_LONG}
"""The feeds that are read every minute, each with the one that reaches back for days."""

HOLDS = timedelta(minutes=8)
"""Between two looks no further apart nothing is missed: the feeds hold the last ten minutes at least."""

OVERLAP = timedelta(minutes=5)
"""So far a feed must reach behind the last look: entries come somewhat later than their times."""

GRACE = timedelta(minutes=10)
"""What was issued so shortly before the first look is taken for new."""

FRESH = timedelta(hours=24)
"""What is older starts nothing: whoever was hit a day ago has been asked by others, or is not where they were."""

REMEMBERED = timedelta(days=60)
"""So long the addresses of telegrams are kept; a feed that named older ones would have gone mad."""

STANDS_STILL = timedelta(hours=6)
STANDS = N_("JMA's feed of weather telegrams has named nothing new since {since}. It seems to stand still.")


def address() -> httpx.URL | None:
    """Return where the feeds are; None: the installation reads none."""
    base = settings().jma_feeds.strip()
    return httpx.URL(f"{base.rstrip('/')}/") if base else None


def read_page(line: Line, base: httpx.URL, name: FeedName) -> None:
    """Read one feed, if there is anything new in it, and note how that went."""
    with transaction(READER) as tx:
        page = tx.get(FeedPage, name)
        since = page.modified if page else None
    url = base.join(f"{name.value}.xml")
    try:
        answer = line.get(url, limit_mb=FEED_MB, since=since)
        feed = read_feed(answer.body, url) if answer.body is not None else None
    except Unavailable as error:
        with transaction(READER) as tx:
            _trouble(_page(tx, name), error)
        return
    with transaction(READER) as tx:
        _store(tx, name, answer, feed)


def is_missing(name: FeedName) -> bool:
    """Tell whether a feed of every minute did not reach back far enough, and the long one has yet to tell the rest."""
    with transaction(READER) as tx:
        page = tx.get(FeedPage, name)
        return page is not None and page.missing_until is not None


def is_too_late(issued_at: datetime, at: datetime, begins_at: datetime | None) -> bool:
    """Tell whether what JMA issued then starts nothing any more; ``at`` is JMA's time now."""
    return issued_at < at - FRESH or (begins_at is not None and issued_at < begins_at)


def _store(tx: Transaction, name: FeedName, answer: Answer, feed: Feed | None) -> None:
    reading = tx.get(FeedReading, ONLY_ROW, lock=True)
    if reading is None or not reading.enabled:
        return
    if reading.begins_at is None:
        reading.begins_at = answer.at - GRACE
    reading.clock_ahead = round((tx.now - answer.at).total_seconds())
    page = _page(tx, name)
    if feed is not None:
        _keep(tx, feed.entries, answer.at, reading.begins_at)
        _note_reach(tx, page, feed, answer.at)
    trouble = (feed.trouble if feed else None) or _standing_still(page, answer.at)
    if trouble:
        _trouble(page, trouble)
    else:
        page.read_at, page.seen_at, page.modified = tx.now, answer.at, answer.modified
        page.trouble, page.trouble_values = None, {}


def _page(tx: Transaction, name: FeedName) -> FeedPage:
    page = tx.get(FeedPage, name, lock=True)
    if page is None:
        page = FeedPage(name=name, tried_at=tx.now, trouble_values={})
        tx.add(page)
    page.tried_at = tx.now
    return page


def _trouble(page: FeedPage, error: RenrakuError) -> None:
    """Note why a feed could not be read; it is asked for as a whole the next time."""
    page.trouble, page.trouble_values, page.modified = error.message, dict(error.values), None


def _keep(tx: Transaction, entries: Sequence[Entry], at: datetime, begins_at: datetime) -> None:
    """Note what is new. Weather that can start nothing is not worth fetching: there are 1,500 such telegrams a day."""
    rows = [
        {
            "url": entry.url, "kind": entry.kind.value, "title": entry.title, "issued_at": entry.issued_at,
            "found_at": tx.now, "state": EntryState.WAITING, "next_at": tx.now,
        }
        for entry in entries
        if entry.issued_at > at - REMEMBERED / 2
        and not (entry.kind in WEATHER_TRIGGERS and is_too_late(entry.issued_at, at, begins_at))
    ]  # fmt: skip
    if rows:
        tx.execute(insert(FeedEntry).on_conflict_do_nothing(), rows)


def _note_reach(tx: Transaction, page: FeedPage, feed: Feed, at: datetime) -> None:
    if page.name in LONG:
        oldest, seen_at = feed.oldest_at or at, page.seen_at
        if seen_at is None or (at - seen_at > HOLDS and oldest > seen_at - OVERLAP):
            page.missing_until = oldest
    newest = min(feed.newest_at or at, at)
    page.newest_at = max(page.newest_at or newest, newest)
    short = next((name for name, long in LONG.items() if long is page.name), None)
    beside = tx.get(FeedPage, short, lock=True) if short else None
    if beside and beside.missing_until and feed.newest_at and feed.newest_at >= beside.missing_until:
        beside.missing_until = None


def _standing_still(page: FeedPage, at: datetime) -> Unavailable | None:
    # Somewhere in Japan there is always weather to tell of; days without an earthquake there are.
    if page.name is FeedName.EXTRA and page.newest_at and page.newest_at < at - STANDS_STILL:
        return Unavailable(STANDS, since=f"{jst(page.newest_at):%m/%d %H:%M}")
    return None
