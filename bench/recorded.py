"""What the product sends to the database for one piece of work, recorded, to be sent again by psycopg alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from core.database import committing

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
def recording(engine: Engine, mark: str) -> Iterator[Recorded]:
    """Record what this engine sends while the block runs."""
    recorded, now = Recorded(mark), []

    def sent(connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool) -> None:
        now.append((sql, values))
        if connection.connection.dbapi_connection.autocommit:
            ended(connection, alone=True)

    def ended(_connection: Any, *, alone: bool = False) -> None:
        if now:
            recorded.transactions.append(now.copy())
            recorded.alone.append(alone)
        now.clear()

    hooks = [
        (of, *hook)
        for of in (engine, committing(engine))
        for hook in (("before_cursor_execute", sent), ("commit", ended))
    ]
    for hook in hooks:
        event.listen(*hook)
    try:
        yield recorded
    finally:
        for hook in hooks:
            event.remove(*hook)
