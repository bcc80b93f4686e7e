"""An outage of the database is one fault, however many meet it: logged in full once, and once more when it is over."""

from collections.abc import Iterator
from contextlib import contextmanager
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


class Outage:
    """What is known of the database's being away, by what uses it all the time."""

    def __init__(self) -> None:
        """Begin with a database that answers, as far as is known."""
        self._fault_id: str | None = None
        self._since: datetime = clock.now()
        self._refused = 0

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
                raise Away(self._met(error)) from error
            raise
        if self._fault_id:
            self._over()

    def _met(self, error: Exception) -> str:
        if self._fault_id is None:
            self._fault_id, self._since, self._refused = logs.fault(error), clock.now(), 0
        self._refused += 1
        return self._fault_id

    def _over(self) -> None:
        seconds = round((clock.now() - self._since).total_seconds(), 1)
        log.warning("the database is back", fault_id=self._fault_id, seconds=seconds, refused=self._refused)
        self._fault_id = None


def is_away(error: BaseException) -> bool:
    """Say whether an error means that the database is away, whatever was asked of it."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or getattr(error.orig, "sqlstate", None) is None
    return isinstance(error, NoneFree | Unavailable | OSError)
