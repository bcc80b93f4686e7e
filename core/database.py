"""The database: models' base, engines, and the transaction that is opened at the edges only.

The four edges are the console's kit, the job wrapper, the public routes and the command line. Nothing below them
commits.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any, ClassVar

from sqlalchemy import URL, BigInteger, DateTime, Engine, MetaData, create_engine, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

from core.actor import Actor
from core.errors import Unavailable
from core.i18n import N_
from core.line import Line
from core.settings import settings
from core.transaction import Transaction
from core.unit import Unit

POOL, OVERFLOW = 10, 15
AWAITED = 3
"""Of the reply page: one reads, two write."""

CONNECTIONS = POOL + OVERFLOW + AWAITED
"""So many one process opens at most; PostgreSQL's max_connections must hold those of all processes."""

REST_SECONDS = 1
AWAITED_SECONDS = 5
GIVEN_BACK = "given back"
SEARCH_PATH = "public,procrastinate"
# Timeouts are set on each connection: a role's own settings do not follow SET ROLE. JIT is off since it takes longer to
# compile a query than ours take to run (measured: 1.1 s for one of 0.3 s).
SESSION_OPTIONS = (
    f"-c search_path={SEARCH_PATH} -c timezone=UTC "
    "-c jit=off -c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
)

_LONGER = text(
    "SELECT set_config('statement_timeout', :limit, true), set_config('lock_timeout', :limit, true), "
    "set_config('idle_in_transaction_session_timeout', :limit, true)"
)


class Base(DeclarativeBase):
    """Base of every model; constraints are named by rule so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[str]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


@cache
def engine() -> Engine:
    """Return the application's engine, made once a process."""
    url = settings().database_url
    if url is None:
        raise Unavailable(N_("No database is set. Start with “make run”, or set DATABASE_URL."))
    return committing(url.get_secret_value())


def committing(url: str) -> Engine:
    """Make an engine on whose connections each statement commits itself: ``Line`` says when a transaction begins."""
    return engine_for(url, isolation_level="AUTOCOMMIT")


def engine_for(url: str | URL, *, pool_size: int = POOL, overflow: int = OVERFLOW, **more: Any) -> Engine:
    """Make an engine with our timeouts and search path on every connection."""
    made = create_engine(
        psycopg_url(url) if isinstance(url, str) else url,
        pool_size=pool_size,
        max_overflow=overflow,
        connect_args={"options": SESSION_OPTIONS, "application_name": "renraku"},
        **more,
    )
    _look_after_rest(made)
    return made


def awaited_engine(url: str, *, pool_size: int, overflow: int) -> AsyncEngine:
    """Make an engine as ``committing`` does, whose connections are awaited: it belongs to one event loop."""
    made = create_async_engine(
        psycopg_url(url),
        pool_size=pool_size,
        max_overflow=overflow,
        pool_timeout=AWAITED_SECONDS,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": SESSION_OPTIONS, "application_name": "renraku"},
    )
    _look_after_rest(made.sync_engine)
    return made


def _look_after_rest(made: Engine) -> None:
    """Ask a connection that was left alone whether it still works, before it is used.

    SQLAlchemy's own ``pool_pre_ping`` asks each time: a sixth of the round trips of a small operation.
    """

    def given_back(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[GIVEN_BACK] = monotonic()

    def taken(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if monotonic() - record.info.get(GIVEN_BACK, -REST_SECONDS) < REST_SECONDS:
            return
        try:
            made.dialect.do_ping(connection)
        except made.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the pool makes new ones, all of them

    event.listen(made, "checkin", given_back)
    event.listen(made, "checkout", taken)


def psycopg_url(url: str) -> str:
    """Name the driver in a URL that came as ``postgres://`` or ``postgresql://``."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def libpq_url(url: str) -> str:
    """Return a URL without the driver, as psycopg itself and PostgreSQL's programs read it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


@contextmanager
def connected() -> Iterator[Line]:
    """Hold a connection on which each statement commits itself, until a transaction begins.

    For what an edge counts before it opens the real transaction.
    """
    with closing(Line.of(engine())) as line:
        yield line


@contextmanager
def transaction(actor: Actor, *, statement_seconds: int | None = None, on: Line | None = None) -> Iterator[Transaction]:
    """Open a transaction for an actor; it commits at the end, or leaves nothing behind.

    ``statement_seconds`` raises the limit of 15 seconds a statement for the worker's long jobs. ``on``: a line that
    the edge holds already.
    """
    with nullcontext(on) if on else connected() as line, closing(Unit(line)) as unit:
        tx = Transaction(unit, actor)
        try:
            tx.stand()
            if statement_seconds is not None:
                allow_longer(tx, statement_seconds)
            yield tx
            unit.store()
            line.commit()
        except BaseException:
            line.rollback()
            raise


def allow_longer(tx: Transaction, seconds: int) -> None:
    """Let the statements of this transaction, and no other, take so many seconds."""
    tx.execute(_LONGER, {"limit": f"{seconds}s"})
