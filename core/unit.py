"""What one unit of work holds in the database: a connection, and a session from when on somebody needs objects.

Most reads and the few statements that come with every request need none: to make a session and to send a statement
through it takes three times as long as the driver does.
"""

from collections.abc import Mapping
from typing import Any, Self

import psycopg
from psycopg import Cursor
from psycopg.rows import RowFactory, namedtuple_row
from sqlalchemy import Connection, PoolProxiedConnection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_UNIT = "unit of work"


class Unit:
    """A connection with an open transaction, whoever ends it; several actors may act in one."""

    standing: str | None = None
    """How far the database was told that the actor reaches, see ``Transaction.stand``."""

    def __init__(self, connection: Connection | None) -> None:
        """Stand on a connection; the session is made when it is asked for."""
        self._connection = connection
        self._session: Session | None = None

    @classmethod
    def of(cls, session: Session) -> Self:
        """Return the unit of a session that somebody opened, always the same."""
        if _UNIT not in session.info:
            session.info[_UNIT] = unit = cls(None)
            unit._session = session
        found: Self = session.info[_UNIT]
        return found

    @property
    def session(self) -> Session:
        """Return the session: objects, their changes, savepoints."""
        if self._session is None:
            self._session = Session(self._connection, expire_on_commit=False, join_transaction_mode="rollback_only")
            self._session.info[_UNIT] = self
        return self._session

    @property
    def connection(self) -> Connection:
        """Return the connection on which everything is sent."""
        if self._session is None and self._connection is not None:
            return self._connection
        return self.session.connection()  # a savepoint of the session is set only now

    def store(self) -> None:
        """Send what objects have changed, if there are any."""
        if self._session is not None:
            self._session.flush()

    def close(self) -> None:
        """Let the session go; what it has not sent is lost."""
        if self._session is not None:
            self._session.close()

    def send(self, sql: str, values: Mapping[str, Any], *, row: RowFactory[Any] = namedtuple_row) -> Cursor[Any]:
        """Let the driver run SQL as it reads it (``%(name)s``), after whatever is still to be stored.

        Raises:
            DBAPIError: as everything that is sent through SQLAlchemy does.
        """
        self.store()
        return sent(self.connection.connection, sql, values, row=row)


def sent(
    held: PoolProxiedConnection, sql: str, values: Mapping[str, Any], *, row: RowFactory[Any] = namedtuple_row
) -> Cursor[Any]:
    """Let the driver run SQL on a connection of SQLAlchemy's pool; errors are SQLAlchemy's."""
    driver: psycopg.Connection[Any] = held.driver_connection  # type: ignore[assignment]  # ours is psycopg's
    try:
        return driver.cursor(row_factory=row).execute(sql, values)
    except psycopg.Error as error:
        raise DBAPIError.instance(sql, dict(values), error, psycopg.Error) from error


def _forget(session: Session, *_about: object) -> None:
    # What was set ends with the transaction, and with a savepoint that is given up.
    if (unit := session.info.get(_UNIT)) is not None:
        unit.standing = None


event.listen(Session, "after_commit", _forget)
event.listen(Session, "after_soft_rollback", _forget)
