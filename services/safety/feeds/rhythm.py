"""When the feeds are asked (受信の間隔): every minute, at a second of this installation's own.

JMA asks its readers for about 20 seconds past the minute; each installation comes some fixed seconds later than that.
"""

from datetime import datetime, timedelta

from core.secrets import derive

SECOND = 20
AT_THAT_SECOND = f"* * * * * {SECOND}"
SPREAD_SECONDS = 10


def own_second() -> int:
    """Return how many seconds after the others this installation asks: always the same, on all its machines."""
    return int.from_bytes(derive("feed second")[:2]) % SPREAD_SECONDS


def next_look(now: datetime) -> datetime:
    """Return when the feeds are asked next."""
    this_minute = now.replace(second=SECOND, microsecond=0) + timedelta(seconds=own_second())
    return this_minute if this_minute > now else this_minute + timedelta(minutes=1)
