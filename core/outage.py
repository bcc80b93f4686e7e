"""An outage of the database is one fault, however many meet it: logged in full once, and once more when it is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

from core import clock, logs
from core.errors import Unavailable

log = structlog.get_logger("database")


class Away(Exception):
    """The database is away; it stands in the log under this id."""

    def __init__(self, fault_id: str) -> None:
        """Keep the id."""
        super().__init__(fault_id)
        self.fault_id = fault_id


@dataclass
class Met:
    """An outage that lasts: its fault, since when, and how often something was refused."""

    fault_id: str
    since: datetime
    refused: int = 0


class Outage:
    """What is known of the database's being away, by what uses it all the time."""

    def __init__(self) -> None:
        """Begin with a database that answers, as far as is known."""
        self._met: Met | None = None

    @contextmanager
    def met_once(self) -> Iterator[None]:
        """Do something with the database, and let an outage stand in the log once.

        Raises:
            Away: when it is; under one id from the first time until something was done again.
        """
        try:
            yield
        except Exception as error:
            if is_away(error):
                raise Away(self._meet(error)) from error
            raise
        self._end()

    def _meet(self, error: Exception) -> str:
        if self._met is None:
            self._met = Met(logs.fault(error), clock.now())
        self._met.refused += 1
        return self._met.fault_id

    def _end(self) -> None:
        if self._met is None:
            return
        met, self._met = self._met, None
        seconds = round((clock.now() - met.since).total_seconds(), 1)
        log.warning("the database is back", fault_id=met.fault_id, seconds=seconds, refused=met.refused)


def is_away(error: BaseException) -> bool:
    """Say whether an error means that the database is away, whatever was asked of it."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or getattr(error.orig, "sqlstate", None) is None
    return isinstance(error, NoneFree | Unavailable | OSError)
