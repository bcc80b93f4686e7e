"""What all tests stand on: a real PostgreSQL, a migrated template, a transaction that is rolled back, or a clone."""

import os
import secrets
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import certifi
import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, event, make_url
from sqlalchemy.orm import Session

import core.database
import core.settings
import services
from core import collector
from core.actor import Actor
from core.database import committing, engine_for, libpq_url, psycopg_url
from core.postgres import ADMIN, APP, DATABASE, OWNER, EmbeddedPostgres, throwaway_postgres
from core.transaction import Transaction
from data.migrate import migrate
from tests.factories import Cast, CastRows, load_cast, make_cast, rows_of

# One key for all tests and the processes that they start: nothing is written into the project's own folder.
os.environ.setdefault("RENRAKU_SECRET_KEY", secrets.token_hex(32))
with collector.away():
    services.load_all()
hypothesis_settings.register_profile("renraku", derandomize=True, deadline=None)
hypothesis_settings.load_profile("renraku")
CAST = "with_cast"
END = "-----END CERTIFICATE-----\n"
SCRAM_ITERATIONS_SINCE = 160_000
MEMORY, ROOM_BYTES = Path("/dev/shm"), 4 * 2**30
SHARED = core.settings.ROOT.parent / "shared"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among what is imported, neither while it is nor, as in the product, later on."""
    with collector.away():
        found = yield
    collector.settle()
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: at the end one process would be busy with it alone."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(scope="session", autouse=True)
def few_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust one authority instead of all, which each HTTP client takes 24 ms to read; no test goes out into the world.

    Whoever looks every 20 ms whether a console answers makes a client each time, beside the console that is starting.
    """
    one = tmp_path_factory.mktemp("authorities") / "one.pem"
    one.write_text(certifi.contents().partition(END)[0] + END)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(one))
        patch.setattr(certifi, "where", lambda: str(one))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for each test process, migrated once; its database serves as the template of clones."""
    with throwaway_postgres(memory()) as postgres:
        let_in_quickly(postgres)
        migrate(postgres.owner_url, APP)
        yield postgres
        superuser(postgres).close()


def let_in_quickly(server: EmbeddedPostgres) -> None:
    """Hash the passwords once instead of 4096 times: on our side half the time of each of thousands of connections."""
    if superuser(server).info.server_version < SCRAM_ITERATIONS_SINCE:
        return
    superuser(server).execute("SET scram_iterations = 1")
    for role in (OWNER, APP):
        password = make_url(server.url(role)).password
        superuser(server).execute(f"ALTER ROLE {role} PASSWORD '{password}'")


@cache
def superuser(server: EmbeddedPostgres) -> psycopg.Connection[Any]:
    """Return a connection of the superuser to no database of the tests, one for everything that is made and dropped."""
    return psycopg.connect(libpq_url(server.url(ADMIN, "postgres")), autocommit=True)


def memory() -> Path | None:
    """Return a folder in memory, if there is one with room: a clone takes 30 ms there, on a busy disk a second."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    return MEMORY if roomy else None


@pytest.fixture(scope="session")
def with_cast(server: EmbeddedPostgres) -> CastRows:
    """Which rows are the cast in the database ``CAST``, a second template: 30 ms less a test than making it."""
    name = clone(server, CAST)
    engine = engine_for(server.url(APP, name), pool_size=1)
    with Session(engine) as session, session.begin():
        rows = rows_of(make_cast(Transaction(session, Actor.system("test"))))
    engine.dispose()
    return rows


@pytest.fixture(scope="session")
def shared_engine(server: EmbeddedPostgres) -> Iterator[Engine]:
    """Connections as the application's role to a database in which tests leave nothing behind."""
    yield from engine_of_clone(server, "shared")


@pytest.fixture(scope="session")
def cast_engine(server: EmbeddedPostgres, with_cast: CastRows) -> Iterator[Engine]:
    """The same for tests on whose stage the cast stands already."""
    yield from engine_of_clone(server, "shared_with_cast", CAST)


def engine_of_clone(server: EmbeddedPostgres, name: str, template: str = DATABASE) -> Iterator[Engine]:
    """Connect to a new database."""
    engine = engine_for(server.url(APP, clone(server, name, template)), pool_size=3)
    yield engine
    engine.dispose()


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session whose changes, committed or not, vanish after the test."""
    engine: Engine = request.getfixturevalue("cast_engine" if "cast" in request.fixturenames else "shared_engine")
    with engine.connect() as connection:
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
def cast(tx: Transaction, with_cast: CastRows) -> Cast:
    """The fixed cast: an administrator, managers, an office worker, staff, in a small tree of departments."""
    return load_cast(tx, with_cast)


@dataclass(frozen=True)
class LiveDatabase:
    """A database of the test's own, which the product's own engine is connected to."""

    url: str
    owner_url: str
    engine: Engine


@pytest.fixture(scope="session")
def live_engine(server: EmbeddedPostgres) -> Engine:
    """The product's engine for all tests, one after the other: a new one would compile every statement again."""
    made = committing(server.url(APP))

    @event.listens_for(made, "do_connect")
    def where_it_says(_dialect: object, _record: object, _arguments: object, named: dict[str, Any]) -> None:
        named["dbname"] = made.url.database

    return made


@pytest.fixture
def live(
    server: EmbeddedPostgres, live_engine: Engine, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> Iterator[LiveDatabase]:  # fmt: skip
    """Point the whole product at a clone of the template; for pages, jobs, routes and whatever commits."""
    if "with_cast" in request.fixturenames:
        request.getfixturevalue("with_cast")
        template = CAST
    else:
        template = DATABASE
    name = clone(server, f"t{os.getpid()}_{secrets.token_hex(4)}", template)
    with product_at(server, name, tmp_path, live_engine, monkeypatch) as database:
        yield database
    drop(server, name)


@contextmanager
def product_at(
    server: EmbeddedPostgres, name: str, home: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveDatabase]:
    """Point the product at a database; its processes that are started meanwhile too."""
    url = server.url(APP, name)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("RENRAKU_HOME", str(home))
    engine.url = make_url(psycopg_url(url))
    monkeypatch.setattr(core.database, "committing", lambda of: engine if of == url else committing(of))
    forget()
    yield LiveDatabase(url, server.url(OWNER, name), core.database.engine())
    core.database.engine().dispose()
    forget()


@pytest.fixture
def live_cast(live: LiveDatabase, with_cast: CastRows) -> Cast:
    """The fixed cast, committed to the test's own database."""
    with core.database.transaction(Actor.system("test")) as tx:
        return load_cast(tx, with_cast)


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the installation send to what runs on this machine, by http too."""
    monkeypatch.setenv("RENRAKU_WEBHOOK_NETWORKS", "127.0.0.0/8")
    core.settings.settings.cache_clear()
    yield
    monkeypatch.delenv("RENRAKU_WEBHOOK_NETWORKS")
    core.settings.settings.cache_clear()


def forget() -> None:
    """Drop what the process keeps of settings and engine."""
    core.settings.settings.cache_clear()
    core.database.engine.cache_clear()


def clone(server: EmbeddedPostgres, name: str, template: str = DATABASE) -> str:
    """Copy the migrated template, file by file: page by page through the log takes ten times as long."""
    superuser(server).execute(f'CREATE DATABASE "{name}" TEMPLATE {template} OWNER {OWNER} STRATEGY FILE_COPY')
    return name


def drop(server: EmbeddedPostgres, name: str) -> None:
    """Take a database away, whoever is connected to it."""
    superuser(server).execute(f'DROP DATABASE "{name}" WITH (FORCE)')
