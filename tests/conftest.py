"""What all tests stand on: a real PostgreSQL, a migrated template, a transaction that is rolled back, or a clone."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import core.database
import core.settings
import services
from core.actor import Actor
from core.database import engine_for, libpq_url
from core.postgres import APP, EmbeddedPostgres, throwaway_postgres
from core.transaction import Transaction
from data.migrate import migrate
from tests.factories import Cast, make_cast

# One key for all tests and the processes that they start: nothing is written into the project's own folder.
os.environ.setdefault("RENRAKU_SECRET_KEY", secrets.token_hex(32))
services.load_all()
hypothesis_settings.register_profile("renraku", derandomize=True, deadline=None)
hypothesis_settings.load_profile("renraku")
SHARED = core.settings.ROOT.parent / "shared"


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for each test process, migrated once; its database serves as the template of clones."""
    with throwaway_postgres() as postgres:
        migrate(postgres.owner_url, APP)
        yield postgres


@pytest.fixture(scope="session")
def shared_engine(server: EmbeddedPostgres) -> Iterator[Engine]:
    """Connections as the application's role to a database in which tests leave nothing behind."""
    name = clone(server, "shared")
    engine = engine_for(server.url(APP, name), pool_size=3)
    yield engine
    engine.dispose()


@pytest.fixture
def session(shared_engine: Engine) -> Iterator[Session]:
    """A session whose changes, committed or not, vanish after the test."""
    with shared_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as open_session:
            yield open_session
        outer.rollback()


@pytest.fixture
def acting(session: Session) -> Callable[[Actor], Transaction]:
    """Return a maker of transactions for an actor, all in the test's own session."""
    return lambda actor: Transaction(session, actor)


@pytest.fixture
def tx(session: Session) -> Transaction:
    """A transaction of the system itself."""
    return Transaction(session, Actor.system("test"))


@pytest.fixture
def cast(tx: Transaction) -> Cast:
    """The fixed cast: an administrator, managers, an office worker, staff, in a small tree of departments."""
    return make_cast(tx)


@dataclass(frozen=True)
class LiveDatabase:
    """A database of the test's own, which the product's own engine is connected to."""

    url: str
    owner_url: str
    engine: Engine


@pytest.fixture
def live(server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LiveDatabase]:
    """Point the whole product at a clone of the template; for pages, jobs, routes and whatever commits."""
    name = clone(server, f"t{os.getpid()}_{secrets.token_hex(4)}")
    url = server.url(APP, name)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("RENRAKU_HOME", str(tmp_path))
    forget()
    yield LiveDatabase(url, server.url("renraku_owner", name), core.database.engine())
    core.database.engine().dispose()
    forget()
    with psycopg.connect(libpq_url(server.superuser_url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def forget() -> None:
    """Drop what the process keeps of settings and engine."""
    core.settings.settings.cache_clear()
    core.database.engine.cache_clear()


def clone(server: EmbeddedPostgres, name: str) -> str:
    """Copy the migrated template, file by file: page by page through the log takes ten times as long."""
    with psycopg.connect(libpq_url(server.superuser_url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE renraku OWNER renraku_owner STRATEGY FILE_COPY')
    return name
