"""Two at once: when the second one waits for what the first one has not committed yet."""

import time

from sqlalchemy import text

from core.transaction import Transaction

WAITING = text("SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database OR database IS NULL "
               "WHERE NOT granted AND datname = current_database()")  # fmt: skip
LONGEST = 10.0


def until_somebody_waits(tx: Transaction) -> None:
    """Return when another connection waits for a lock."""
    ends = time.monotonic() + LONGEST
    while not tx.scalar(WAITING):
        assert time.monotonic() < ends, "nobody waits"
        time.sleep(0.01)
