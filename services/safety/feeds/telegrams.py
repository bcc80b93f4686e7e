"""Fetching what the feeds named (電文の取得): each telegram once, taken in as if somebody had brought it.

A telegram is noted as taken in the transaction that takes it in, so a worker that dies loses none and takes none twice.
"""

import time
from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import delete, select

from core import logs
from core.database import transaction
from core.errors import Invalid, RenrakuError, Unavailable
from core.i18n import N_
from core.jobs import must_stop
from core.transaction import Transaction
from data.models.safety import Source
from data.models.safety_feeds import EntryState, FeedEntry, FeedReading
from services.safety.feeds.pages import FRESH, ONLY_ROW, READER, REMEMBERED, is_too_late
from services.safety.feeds.web import Answer, Line
from services.safety.taking import TakeTelegram, take_telegram
from services.safety.telegrams import InfoType, Status, Telegram, parse
from services.safety.telegrams.document import LIMIT_MB
from services.safety.telegrams.kinds import WEATHER_TRIGGERS

STATEMENT_SECONDS = 300
"""A telegram may ask a million people."""

MOST_IN_A_ROW = 3
"""So many that do not come one after the other: JMA's server is not there, the next look tries again."""

MOST_READINGS = 3
"""A damaged telegram may have been fetched while it was written; so often it is fetched again."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=50), timedelta(minutes=30)
PAUSES_OF_A_MINUTE = 3
FAULT = N_("A fault on our side; tell the administrator this number: {fault_id}.")
log = structlog.get_logger("safety")


def take_waiting(line: Line, ends: float) -> None:
    """Fetch and take in what waits, earthquakes and tsunamis first, until ``ends`` of the monotonic clock."""
    failed = 0
    for url in _due():
        if must_stop() or time.monotonic() > ends or failed == MOST_IN_A_ROW:
            return
        try:
            answer = line.get(url, limit_mb=LIMIT_MB)
        except Unavailable as error:
            failed += 1
            _put_off(url, error)
        else:
            failed = 0
            _take(url, answer)


def _due() -> Sequence[str]:
    weather = FeedEntry.kind.in_([kind.value for kind in WEATHER_TRIGGERS])
    with transaction(READER) as tx:
        due = select(FeedEntry.url).where(FeedEntry.state == EntryState.WAITING, FeedEntry.next_at <= tx.now)
        return tx.execute(due.order_by(weather, FeedEntry.issued_at, FeedEntry.url)).scalars().all()


def _take(url: str, answer: Answer) -> None:
    try:
        with transaction(READER, statement_seconds=STATEMENT_SECONDS) as tx:
            entry = _waiting(tx, url)
            if entry is not None:
                _settle(tx, entry, answer)
    except Invalid as error:
        log.warning("a telegram of the feed cannot be read", url=url, reason=error.message)
        _put_off(url, error, most=MOST_READINGS)
    except Exception as error:  # noqa: BLE001 - one telegram must not keep back the others; it is told and tried again
        _put_off(url, Unavailable(FAULT, fault_id=logs.fault(error, url=url)))


def _settle(tx: Transaction, entry: FeedEntry, answer: Answer) -> None:
    content = answer.body or b""
    if not matters(parse(content)):
        entry.state, entry.trouble, entry.trouble_values = EntryState.PASSED, None, {}
        return
    begins_at = tx.scalar(select(FeedReading.begins_at).where(FeedReading.id == ONLY_ROW))
    late = is_too_late(entry.issued_at, answer.at, begins_at)
    taken = take_telegram(tx, TakeTelegram(content=content, source=Source.FEED, late=late))
    entry.state, entry.telegram_id, entry.trouble, entry.trouble_values = EntryState.TAKEN, taken.id, None, {}


def matters(telegram: Telegram) -> bool:
    """Tell whether a telegram is kept.

    Weather is, when it speaks of special warnings or takes an earlier telegram back: all the others, several hundred
    a day, would hide those few in the list and fill the disk.
    """
    if telegram.telegram not in WEATHER_TRIGGERS:
        return True
    takes_back = telegram.info_type is not InfoType.ISSUE and telegram.status is Status.NORMAL
    return bool(telegram.special_warnings or telegram.unknown_kinds) or takes_back


def _waiting(tx: Transaction, url: str) -> FeedEntry | None:
    entry = tx.get(FeedEntry, url, lock=True)
    return entry if entry is not None and entry.state is EntryState.WAITING else None


def _put_off(url: str, error: RenrakuError, most: int | None = None) -> None:
    """Note what went wrong; try again after a while, or, if it is hopeless, never again."""
    with transaction(READER) as tx:
        entry = _waiting(tx, url)
        if entry is None:
            return
        entry.tries += 1
        entry.trouble, entry.trouble_values = error.message, dict(error.values)
        doublings = min(max(entry.tries - PAUSES_OF_A_MINUTE, 0), 10)
        entry.next_at = tx.now + min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
        if most is not None and entry.tries >= most:
            entry.state = EntryState.REFUSED
        elif entry.found_at < tx.now - FRESH:
            entry.state = EntryState.LOST


def forget(tx: Transaction) -> None:
    """Forget the addresses of telegrams that no feed names any more."""
    old = FeedEntry.found_at < tx.now - REMEMBERED
    tx.changed_rows(delete(FeedEntry).where(old, FeedEntry.state != EntryState.WAITING))
