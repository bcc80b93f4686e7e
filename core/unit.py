"""What one unit of work holds in the database: a line, and a session from when on somebody needs objects.

Most reads and the few statements that come with every request need none: to make a session and to send a statement
through it takes three times as long as the driver does.
"""

from collections.abc import Mapping
from typing import Any, Self

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from core.line import Line

_UNIT = "unit of work"


class Unit:
    """A transaction, whoever ends it; several actors may act in one."""

    def __init__(self, line: Line | None) -> None:
        """Stand on a line; the session is made when it is asked for."""
        self._line = line
        self._connection: Connection | None = None
        self._session: Session | None = None
        self._standing: str | None = None

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
            self._session = Session(self.connection, expire_on_commit=False, join_transaction_mode="rollback_only")
            self._session.info[_UNIT] = self
        return self._session

    @property
    def connection(self) -> Connection:
        """Return SQLAlchemy's connection, for what the driver alone cannot send."""
        if self._session is not None:
            return self._session.connection()
        if self._connection is None:
            self._connection = self.line.sqlalchemy()
        return self._connection

    @property
    def line(self) -> Line:
        """Return the line on which everything is sent."""
        if self._session is not None:
            connection = self._session.connection()  # a savepoint of the session is set only now
            if self._line is None or self._line.held is not connection.connection:
                self._line = Line(connection.connection, connection.engine)
        if self._line is None:
            raise RuntimeError("a unit of work without a line and without a session")
        return self._line

    def stand(self, scope: str) -> None:
        """Tell the database how far the one who acts reaches, unless it knows: several may act in one unit of work."""
        if self._standing != scope:
            self.store()
            self.line.stand(scope)
            self._standing = scope

    def forget(self) -> None:
        """Take it that the database knows of nobody: a transaction or a savepoint has ended."""
        self._standing = None

    def store(self) -> None:
        """Send what objects have changed, if there are any."""
        if self._session is not None:
            self._session.flush()

    def rows(self, statement: str, values: Mapping[str, Any], **how: Any) -> list[Any]:
        """Send SQL as ``Line.rows`` does, after whatever is still to be stored, and return what comes back."""
        self.store()
        return self.line.rows(statement, values, **how)

    def close(self) -> None:
        """Let the session go; what it has not sent is lost."""
        if self._session is not None:
            self._session.close()


def _forget(session: Session, *_about: object) -> None:
    # What was set ends with the transaction, and with a savepoint that is given up.
    if (unit := session.info.get(_UNIT)) is not None:
        unit.forget()


event.listen(Session, "after_commit", _forget)
event.listen(Session, "after_soft_rollback", _forget)
