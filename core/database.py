"""The database: models' base, engines, and the transaction that is opened at the edges only.

The four edges are the console's kit, the job wrapper, the public routes and the command line. Nothing below them
commits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Engine, MetaData, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session

from core.actor import Actor
from core.errors import Unavailable
from core.i18n import N_
from core.settings import settings
from core.transaction import Transaction

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
    return engine_for(url.get_secret_value())


def engine_for(url: str, *, pool_size: int = 10) -> Engine:
    """Make an engine with our timeouts and search path on every connection."""
    return create_engine(
        psycopg_url(url),
        pool_size=pool_size,
        max_overflow=20,
        pool_pre_ping=True,
        connect_args={"options": SESSION_OPTIONS, "application_name": "renraku"},
    )


def psycopg_url(url: str) -> str:
    """Name the driver in a URL that came as ``postgres://`` or ``postgresql://``."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def libpq_url(url: str) -> str:
    """Return a URL without the driver, as psycopg itself and PostgreSQL's programs read it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


@contextmanager
def transaction(actor: Actor, *, statement_seconds: int | None = None) -> Iterator[Transaction]:
    """Open a transaction for an actor; it commits at the end, or leaves nothing behind.

    ``statement_seconds`` raises the limit of 15 seconds a statement for the worker's long jobs.
    """
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        if statement_seconds is not None:
            session.execute(_LONGER, {"limit": f"{statement_seconds}s"})
        yield Transaction(session, actor)
