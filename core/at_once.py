"""Two at once: what the database refuses since somebody else was faster is a sentence and no fault.

An operation looks first whether a name is taken; between the look and the write somebody else may take it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from psycopg.errors import DeadlockDetected, LockNotAvailable, UniqueViolation
from sqlalchemy.exc import DBAPIError

from core.errors import Conflict, Unavailable
from core.i18n import N_

SAME = N_("Somebody else did the same at this very moment, so nothing was changed. Load the page again and look.")
BUSY = N_("Somebody else is changing the same at this moment, so nothing was changed. Try again in a minute.")
CHANGED = N_("Somebody else changed this meanwhile. Open the page again and repeat your change.")
log = structlog.get_logger("at_once")


def require_unchanged(version: int, seen: int) -> None:
    """Refuse to overwrite what the page did not show: ``seen`` is the version that it was opened with.

    Raises:
        Conflict: when somebody else has saved a newer one meanwhile.
    """
    if version != seen:
        raise Conflict(CHANGED)


@contextmanager
def told_apart(process: str) -> Iterator[None]:
    """Turn what comes of two at once into what a person is told; anything else stays what it is.

    Raises:
        Conflict: when somebody else has just stored what may be there once.
        Unavailable: when the other one takes too long, or both would wait for each other.
    """
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, UniqueViolation):
            # Which one, should it come again and again: then it is no coincidence.
            log.warning("two at once", process=process, constraint=error.orig.diag.constraint_name)
            raise Conflict(SAME) from error
        if isinstance(error.orig, DeadlockDetected | LockNotAvailable):
            log.warning("two at once", process=process, kind=type(error.orig).__name__)
            raise Unavailable(BUSY) from error
        raise
