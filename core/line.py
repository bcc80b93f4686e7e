"""The line to the database: a connection of the pool, as the driver has it.

For what is sent so often that SQLAlchemy's way there counts. Errors are SQLAlchemy's all the same.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Self, TypeVar

import psycopg
from psycopg import sql
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.rows import RowFactory, namedtuple_row
from sqlalchemy import Connection, Dialect, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

R = TypeVar("R")
STAND = "SELECT set_config('renraku.reach', %(scope)s, true)"
_BEGIN = sql.SQL("BEGIN; SELECT set_config('renraku.reach', {}, true)")


class Line:
    """One connection with one cursor for everything: what was asked is fetched at once.

    Each statement commits itself, until a transaction begins.
    """

    def __init__(self, held: PoolProxiedConnection, engine: Engine) -> None:
        """Take a connection that somebody holds, of this engine."""
        self.held = held
        self._engine = engine
        self._driver: psycopg.Connection[Any] = held.driver_connection  # type: ignore[assignment]  # ours is psycopg's
        self._cursor = self._driver.cursor()

    @classmethod
    def of(cls, engine: Engine) -> Self:
        """Take a connection from an engine's pool; ``close`` gives it back.

        Raises:
            DBAPIError: as everything that is sent through SQLAlchemy does.
        """
        return cls(_raising("CONNECT", {}, engine.raw_connection), engine)

    def close(self) -> None:
        """Give the connection back to the pool."""
        self.held.close()

    @property
    def dialect(self) -> Dialect:
        """Return how SQLAlchemy writes statements for this database."""
        return self._engine.dialect

    def sqlalchemy(self) -> Connection:
        """Return the connection as SQLAlchemy knows it, within the transaction that has begun."""
        connection = Connection(self._engine, self.held)
        connection.begin()
        return connection

    def rows(
        self,
        statement: str,
        values: Mapping[str, Any],
        *,
        row: RowFactory[Any] = namedtuple_row,
        plan_anew: bool = False,
    ) -> list[Any]:
        """Send SQL as the driver reads it (``%(name)s``), and return what comes back.

        ``plan_anew``: for tables that are empty at times and grow fast. PostgreSQL keeps the plan of a statement that
        comes often, and one that was made for an empty table reads all of it until the next ANALYZE.

        Raises:
            DBAPIError: as ``of``.
        """
        try:
            self._cursor.row_factory = row
            self._come(self._cursor.execute(statement, values, prepare=False if plan_anew else None))
            result = self._cursor.pgresult
            return self._come(self._cursor.fetchall()) if result and result.status == ExecStatus.TUPLES_OK else []
        except psycopg.Error as error:
            raise of_sqlalchemy(statement, values, error) from error

    def stand(self, scope: str) -> None:
        """Tell the database how far the one who acts reaches, until the transaction ends; begin it if none has begun.

        Raises:
            DBAPIError: as ``of``.
        """
        if self._driver.pgconn.transaction_status == TransactionStatus.IDLE:
            self.begin(scope)
        else:
            self.rows(STAND, {"scope": scope})

    def begin(self, scope: str) -> None:
        """Begin a transaction and say who acts: once there and back instead of twice.

        Raises:
            DBAPIError: as ``of``.
        """
        _raising(STAND, {"scope": scope}, lambda: self._begin(scope))

    def commit(self) -> None:
        """End the transaction; what was written stays.

        Raises:
            DBAPIError: as ``of``.
        """
        _raising("COMMIT", {}, lambda: self._come(self._driver.commit()))  # type: ignore[func-returns-value]

    def rollback(self) -> None:
        """End the transaction; nothing that was written stays. A connection that is broken is not used again."""
        if self.held.is_valid:
            try:
                self._come(self._driver.rollback())  # type: ignore[func-returns-value]
            except psycopg.Error as error:
                self.held.invalidate(error)

    def _come(self, step: Any) -> Any:
        """Return what a step of the driver came to; where the driver is awaited, wait for it (``core.awaited``)."""
        return step

    def _begin(self, scope: str) -> None:
        result = self._driver.pgconn.exec_(beginning(scope))
        if self._driver.broken:
            raise psycopg.OperationalError(result.get_error_message())
        if result.status != ExecStatus.TUPLES_OK:
            raise error_from_result(result, encoding=self._driver.info.encoding)


@lru_cache(maxsize=1024)
def beginning(scope: str) -> bytes:
    """Return the SQL that begins a transaction of somebody who reaches so far."""
    return _BEGIN.format(scope).as_bytes(None)


def _raising(statement: str, values: Mapping[str, Any], do: Callable[[], R]) -> R:
    try:
        return do()
    except psycopg.Error as error:
        raise of_sqlalchemy(statement, values, error) from error


def of_sqlalchemy(statement: str, values: Mapping[str, Any], error: psycopg.Error) -> BaseException:
    """Return the driver's error as SQLAlchemy would raise it."""
    return DBAPIError.instance(statement, dict(values), error, psycopg.Error)
