"""The one clock: aware UTC in the database, Japan Standard Time (JST) on screen.

Tests freeze it with ``frozen``; nothing else in the product asks the operating system for the time of day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")
_frozen_at: datetime | None = None


def now() -> datetime:
    """Return this moment as aware UTC."""
    return _frozen_at or datetime.now(UTC)


def today() -> date:
    """Return today's date in Japan."""
    return now().astimezone(JST).date()


def start_of(day: date) -> datetime:
    """Return the first moment of a day in Japan, as aware UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=JST).astimezone(UTC)


def jst(moment: datetime) -> datetime:
    """Return a moment as it stands on a clock in Japan."""
    return moment.astimezone(JST)


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Hold the clock at ``at`` (aware) for every thread, so that a test needs no waiting."""
    global _frozen_at  # noqa: PLW0603 - the clock is the one thing that is the same for the whole process
    before, _frozen_at = _frozen_at, at.astimezone(UTC)
    try:
        yield _frozen_at
    finally:
        _frozen_at = before
