"""What the product sends to the database for one piece of work, recorded, to be sent again by psycopg alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg.pq import TransactionStatus

from core.line import STAND, Line

Statement = tuple[str, Any]


@dataclass
class Recorded:
    """Transactions, each a list of statements with their values; ``mark`` stands where each sending has its own text."""

    mark: str
    transactions: list[list[Statement]] = field(default_factory=list)
    alone: list[bool] = field(default_factory=list)
    """Whether a transaction was one statement that committed itself."""

    @property
    def statements(self) -> int:
        """Return how many statements there are."""
        return sum(len(one) for one in self.transactions)

    def send(self, connection: psycopg.Connection[Any], text: str) -> None:
        """Send all of it again, commit by commit, and fetch what comes back."""
        for statements, alone in zip(self.transactions, self.alone, strict=True):
            connection.autocommit = alone
            with connection.cursor() as cursor:
                for sql, values in statements:
                    cursor.execute(sql, self._own(values, text))
                    if cursor.description is not None:
                        cursor.fetchall()
            if not alone:
                connection.commit()

    def _own(self, values: Any, text: str) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: text if value == self.mark else value for name, value in values.items()}


@contextmanager
def recording(mark: str) -> Iterator[Recorded]:
    """Record what this process sends by psycopg while the block runs."""
    recorded, now = Recorded(mark), []
    execute, commit, begin = psycopg.Cursor.execute, psycopg.Connection.commit, Line.begin

    def sent(cursor: psycopg.Cursor[Any], sql: Any, values: Any = None, **more: Any) -> Any:
        now.append((sql, values))
        if cursor.connection.info.transaction_status == TransactionStatus.IDLE:
            ended(alone=True)
        return execute(cursor, sql, values, **more)

    def begun(line: Line, scope: str) -> None:
        now.append((STAND, {"scope": scope}))
        begin(line, scope)

    def committed(connection: psycopg.Connection[Any]) -> None:
        ended(alone=False)
        commit(connection)

    def ended(*, alone: bool) -> None:
        if now:
            recorded.transactions.append(now.copy())
            recorded.alone.append(alone)
        now.clear()

    with (
        patch.object(psycopg.Cursor, "execute", sent),
        patch.object(psycopg.Connection, "commit", committed),
        patch.object(Line, "begin", begun),
    ):
        yield recorded
