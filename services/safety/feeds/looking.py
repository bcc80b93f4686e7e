"""A look at the feeds every minute (定期受信), by one worker at a time, wherever it runs."""

import time
from datetime import timedelta

from core.database import transaction
from core.jobs import enqueue, job
from core.transaction import Transaction
from services.safety.feeds.pages import LONG, READER, address, is_missing, read_page
from services.safety.feeds.rhythm import AT_THAT_SECOND, own_second
from services.safety.feeds.state import is_read
from services.safety.feeds.telegrams import forget, take_waiting
from services.safety.feeds.web import line

MOST_SECONDS = 45.0
"""A look takes no longer; what then still waits is fetched by the next one."""

NAME = "safety.read_feeds"


@job(NAME)
def read_feeds() -> None:
    """Read the feeds and take in what is new: all of earthquakes and tsunamis before the weather is asked for."""
    base = address()
    with transaction(READER) as tx:
        reads = is_read(tx)
    if base is None or not reads:
        return
    ends = time.monotonic() + MOST_SECONDS
    with line() as to_jma:
        for name, long in LONG.items():
            read_page(to_jma, base, name)
            take_waiting(to_jma, ends)
            if is_missing(name):
                read_page(to_jma, base, long)
                take_waiting(to_jma, ends)


@job("safety.watch_feeds", periodic=AT_THAT_SECOND)
def watch() -> None:
    """Put the look of this minute into the queue, if the feeds are read at all."""
    with transaction(READER) as tx:
        if is_read(tx):
            look_soon(tx, timedelta(seconds=own_second()))


@job("safety.forget_feeds", periodic="41 18 * * *")
def forget_feeds() -> None:
    """Forget what was read long ago."""
    with transaction(READER) as tx:
        forget(tx)


def look_soon(tx: Transaction, after: timedelta | None = None) -> None:
    """Put a look into the queue, unless one waits; it starts when the one that runs has ended."""
    enqueue(tx, read_feeds, once=NAME, alone=NAME, after=after)
