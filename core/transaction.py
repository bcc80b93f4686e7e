"""What an operation gets: the session, the actor, one moment for everything that it writes, and ways to tell others."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import Executable, Select, func, select, text
from sqlalchemy.engine import CursorResult, Result
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from core.line import Line
from core.prepared import Prepared, inserting
from core.unit import Unit

E = TypeVar("E")
M = TypeVar("M")
ABSENT = text("SELECT pg_advisory_xact_lock(hashtextextended(:row, 0))")
_listeners: dict[type[Any], list[Callable[["Transaction", Any], None]]] = defaultdict(list)


class Transaction:
    """One unit of work for one actor. It has no commit: only the edges in ``core.database`` end it.

    The database is told how far the actor reaches, for this transaction only: its row-level security hides the rest
    even from a statement that forgot to ask.
    """

    def __init__(self, within: Unit | Session, actor: Actor) -> None:
        """Bind a unit of work to an actor at this moment."""
        self._unit = within if isinstance(within, Unit) else Unit.of(within)
        self.actor = actor
        self.now: datetime = clock.now()
        self.running: str | None = None
        self.changes: list[dict[str, Any]] = []
        self._scope = actor.scope

    @property
    def session(self) -> Session:
        """Return the session of this unit of work: objects, their changes, savepoints."""
        return self._unit.session

    def by(self, actor: Actor) -> "Transaction":
        """Return the same unit of work, at the same moment, for another actor."""
        other = Transaction(self._unit, actor)
        other.now = self.now
        return other

    def stand(self) -> None:
        """Tell the database how far this actor reaches."""
        self._unit.stand(self._scope)

    def add(self, row: object) -> None:
        """Store a new row and give it its id."""
        self.stand()
        self.session.add(row)
        self.session.flush()

    def add_all(self, rows: list[Any]) -> None:
        """Store several new rows at once."""
        self.stand()
        self.session.add_all(rows)
        self.session.flush()

    def get(self, model: type[M], key: object, *, lock: bool = False) -> M | None:
        """Load a row by its primary key, locked for change if asked.

        Where there is none that is locked too: of two who would make it at once the second one waits, and finds it.
        """
        self.stand()
        if not lock:
            return self.session.get(model, key)
        # As an UPDATE locks it: who only adds a row that refers to this one does not wait.
        row = self.session.get(model, key, with_for_update={"key_share": True}, populate_existing=True)
        if row is None:
            self.session.execute(ABSENT, {"row": f"{model.__name__}:{key}"})
            row = self.session.get(model, key, with_for_update={"key_share": True}, populate_existing=True)
        return row

    def execute(self, statement: Executable, values: Any = None) -> Result[*tuple[Any, ...]]:
        """Run any statement."""
        self.stand()
        return self.session.execute(statement, values)

    def changed_rows(self, statement: Executable, values: Any = None) -> int:
        """Run a set-based write and return how many rows it touched."""
        self.stand()
        # Without the option the count of an INSERT is lost before anybody can ask for it.
        result = self.session.execute(statement, values, execution_options={"preserve_rowcount": True})
        return result.rowcount if isinstance(result, CursorResult) else 0

    def scalar(self, statement: Executable, values: Any = None) -> Any:
        """Run a statement and return its first value."""
        self.stand()
        return self.session.scalar(statement, values)

    def count(self, statement: Select[*tuple[Any, ...]]) -> int:
        """Return how many rows a statement finds; their order is left out."""
        return int(self.scalar(select(func.count()).select_from(statement.order_by(None).subquery())))

    def insert(self, model: type[Any], **values: Any) -> Any:
        """Store a new row that nobody needs as an object and return its primary key, the first column of it.

        For what is written often: a fifth of the work of ``add``.
        """
        self.stand()
        return inserting(model.__table__, frozenset(values)).store(self._unit, values)[0]

    def rows(self, prepared: Prepared, **values: Any) -> list[Any]:
        """Return the rows of a read that comes often."""
        self.stand()
        return prepared.rows(self._unit, values)

    def first(self, prepared: Prepared, **values: Any) -> Any:
        """Return the first row of a read that comes often; None: there is none."""
        return next(iter(self.rows(prepared, **values)), None)

    def plain(self, sql: str, values: Mapping[str, Any], *, plan_anew: bool = False) -> list[Any]:
        """Run SQL as the driver reads it (``%(name)s``) and return its rows, each with its columns by name.

        For the few statements that come with every request: a third of the work of those that SQLAlchemy writes.
        ``plan_anew``: see ``Line.rows``.
        """
        self.stand()
        return self._unit.rows(sql, values, plan_anew=plan_anew)

    def note(self, subject: str, before: object, after: object) -> None:
        """Put a difference into the audit record of the running operation."""
        self.changes.append({"subject": subject, "before": before, "after": after})

    def tell(self, event: object) -> None:
        """Let other rooms hear of it, inside this transaction.

        Listeners act as the system, with the operation that caused them recorded.
        """
        for listener in _listeners[type(event)]:
            heard = self.by(Actor.system(f"{self.running or self.actor.cause}"))
            structlog.get_logger("events").debug("told", told=type(event).__name__, to=listener.__qualname__)
            listener(heard, event)


class Alone:
    """What runs statements outside of any unit of work: each commits itself, nobody acts, no answers are shown."""

    def __init__(self, line: Line) -> None:
        """Bind a line at this moment."""
        self.now: datetime = clock.now()
        self._line = line

    def plain(self, sql: str, values: Mapping[str, Any], *, plan_anew: bool = False) -> list[Any]:
        """Run SQL as the driver reads it and return its rows, each with its columns by name."""
        return self._line.rows(sql, values, plan_anew=plan_anew)


def listens(event: type[E]) -> Callable[[Callable[[Transaction, E], None]], Callable[[Transaction, E], None]]:
    """Declare a function that hears an event; it stands in the room that hears."""

    def register(listener: Callable[[Transaction, E], None]) -> Callable[[Transaction, E], None]:
        _listeners[event].append(listener)
        return listener

    return register
