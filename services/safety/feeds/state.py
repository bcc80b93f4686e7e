"""Whether JMA's telegrams are read automatically (自動受信), and how that stands."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from core.i18n import N_, _
from core.inputs import Nothing, Row
from core.operations import query
from core.transaction import Transaction
from core.words import named
from data.models.safety_feeds import EntryState, FeedEntry, FeedName, FeedPage, FeedReading
from services.safety.feeds.pages import LONG, ONLY_ROW, address
from services.safety.feeds.rhythm import next_look

STALE_AFTER = timedelta(minutes=5)
"""Four looks missed or failed: then it is no coincidence any more."""

CLOCK_MAY_DIFFER = timedelta(minutes=2)
RECENT = timedelta(hours=24)
MOST_SHOWN = 20
named(
    FeedName,
    eqvol=N_("Earthquakes and tsunamis"),
    extra=N_("Weather"),
    eqvol_l=N_("Earthquakes and tsunamis of the last days"),
    extra_l=N_("Weather of the last days"),
)
named(
    EntryState,
    waiting=N_("To be fetched"),
    taken=N_("Taken in"),
    passed=N_("Of no concern"),
    refused=N_("Cannot be read"),
    lost=N_("Could not be fetched"),
)


class FeedRow(Row):
    """One feed: when it was last read and what is wrong with it now, empty where nothing is."""

    name: FeedName
    read_at: datetime | None
    tried_at: datetime | None
    trouble: str


class EntryRow(Row):
    """A telegram that a feed named and that could not be taken in, with the reason."""

    title: str
    url: str
    issued_at: datetime
    state: EntryState
    reason: str


class FeedState(Row):
    """How the automatic reading stands. ``stale_since``: since then it has not succeeded, so something is wrong.

    ``clock_ahead`` is by how many seconds our clock is ahead of JMA's, where that is too much; ``waiting`` counts the
    telegrams that are still to be fetched, ``failed`` are those of the last day that never came in whole.
    ``next_look``: when the feeds are asked next, None while they are not.
    """

    enabled: bool
    host: str
    version: int
    switched_at: datetime | None
    last_success: datetime | None
    stale_since: datetime | None
    next_look: datetime | None
    clock_ahead: int | None
    waiting: int
    feeds: list[FeedRow]
    failed: list[EntryRow]


@query("safety.feed_state", N_("See whether JMA's telegrams are read automatically"))
def feed_state(tx: Transaction, _ask: Nothing) -> FeedState:
    """Return whether the feeds are read, when that last succeeded, and what is wrong (D07)."""
    return stands(tx)


def stands(tx: Transaction) -> FeedState:
    """Return the same to other rooms and operations."""
    reading, base = tx.get(FeedReading, ONLY_ROW), address()
    enabled = reading is not None and reading.enabled
    waiting = select(func.count()).where(FeedEntry.state == EntryState.WAITING)
    return FeedState(
        enabled=enabled,
        host=base.host if base else "",
        version=reading.version if reading else 0,
        switched_at=reading.switched_at if reading else None,
        last_success=last_success(tx),
        stale_since=stale_since(tx),
        next_look=next_look(tx.now) if enabled and base else None,
        clock_ahead=_wrong_clock(reading) if enabled else None,
        waiting=tx.scalar(waiting) if enabled else 0,
        feeds=_feeds(tx),
        failed=[_entry(one) for one in tx.execute(failed(tx).limit(MOST_SHOWN)).scalars()],
    )


def is_read(tx: Transaction) -> bool:
    """Tell whether the feeds are read: somebody switched it on, and this installation knows where they are."""
    return feed_enabled(tx) and address() is not None


def last_success(tx: Transaction) -> datetime | None:
    """Return when both feeds of every minute had been read."""
    read = select(func.min(FeedPage.read_at), func.count(FeedPage.read_at)).where(FeedPage.name.in_(list(LONG)))
    oldest, count = tx.execute(read).one()
    return oldest if count == len(LONG) else None


def feed_enabled(tx: Transaction) -> bool:
    """Tell whether somebody switched the reading on."""
    reading = tx.get(FeedReading, ONLY_ROW)
    return reading is not None and reading.enabled


def read_since(tx: Transaction) -> datetime | None:
    """Return when reading last succeeded, or was switched on since; None while it is off."""
    reading = tx.get(FeedReading, ONLY_ROW)
    if reading is None or not reading.enabled:
        return None
    return max(reading.switched_at, last_success(tx) or reading.switched_at)


def stale_since(tx: Transaction) -> datetime | None:
    """Return since when reading has not succeeded; None while it is off or all is well.

    A last success that lies ahead is none: our clock was set back since.
    """
    since = read_since(tx)
    if since is None:
        return None
    well = tx.now - STALE_AFTER < since <= tx.now + STALE_AFTER
    return None if well and address() is not None else since


def failed(tx: Transaction) -> Select[FeedEntry]:
    """Return the telegrams of the last day that were named and never came in whole, the latest first."""
    bad = FeedEntry.state.in_([EntryState.REFUSED, EntryState.LOST])
    return select(FeedEntry).where(bad, FeedEntry.next_at > tx.now - RECENT).order_by(FeedEntry.issued_at.desc())


def _wrong_clock(reading: FeedReading | None) -> int | None:
    ahead = reading.clock_ahead if reading else None
    return ahead if ahead is not None and abs(ahead) > CLOCK_MAY_DIFFER.total_seconds() else None


def _feeds(tx: Transaction) -> list[FeedRow]:
    found = {page.name: page for page in tx.execute(select(FeedPage)).scalars()}
    return [
        FeedRow(name=name, read_at=page.read_at, tried_at=page.tried_at, trouble=_said(page))
        for name in FeedName
        if (page := found.get(name)) is not None
    ]


def _entry(entry: FeedEntry) -> EntryRow:
    return EntryRow(
        title=entry.title, url=entry.url, issued_at=entry.issued_at, state=entry.state, reason=_said(entry)
    )  # fmt: skip


def _said(row: Any) -> str:
    return _(row.trouble, **row.trouble_values) if row.trouble else ""
