"""What the kills of a broadcast happen to: a server of its own with 20,000 people, workers, a sink that counts."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg
import pytest
from sqlalchemy.orm import Session

import core.database
from bench.sink import Count, Server
from core.actor import Actor
from core.database import engine_for, libpq_url
from core.postgres import APP, DATABASE, OWNER, EmbeddedPostgres
from core.transaction import Transaction
from data.migrate import migrate
from services.broadcasts import seed_samples
from tests.conftest import forget
from tests.services.delivery.stage import make_crowd


class FastSink:
    """Takes mail on a free port and counts it by the number in the address; as quick as the benches' sink."""

    def __init__(self) -> None:
        """Begin."""
        self.count = Count()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._is_open = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="sink", daemon=True)

    def times(self, number: int) -> int:
        """Return how often ``p<number>@…`` got a mail."""
        return self.count.by_number[number]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        opening = self._loop.create_server(lambda: Server(self.count, 0), "127.0.0.1", 0, backlog=512)
        server = self._loop.run_until_complete(opening)
        self.port = server.sockets[0].getsockname()[1]
        self._is_open.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(asyncio.sleep(0.05))  # connections that end say so
        self._loop.close()

    def __enter__(self) -> Self:
        """Open the port."""
        self._thread.start()
        self._is_open.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


def make_people(server: EmbeddedPostgres, people: int) -> None:
    """Put people with a mail address each into the database that is copied for each test."""
    migrate(server.owner_url, APP)
    engine = engine_for(server.url(APP, DATABASE), pool_size=1)
    with Session(engine) as session, session.begin():
        tx = Transaction(session, Actor.system("test"))
        tx.stand()
        seed_samples(tx)
        make_crowd(tx, people)
    engine.dispose()


@contextmanager
def copy_of(server: EmbeddedPostgres, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Point the product, and the processes that are started meanwhile, at a copy of that database."""
    name = "broadcast"
    with psycopg.connect(libpq_url(server.superuser_url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{DATABASE}" OWNER {OWNER} STRATEGY file_copy')
    monkeypatch.setenv("DATABASE_URL", server.url(APP, name))
    monkeypatch.setenv("RENRAKU_HOME", str(home))
    forget()
    try:
        yield
    finally:
        core.database.engine().dispose()
        forget()


def kill_server(server: EmbeddedPostgres) -> None:
    """Kill PostgreSQL with SIGKILL."""
    os.kill(int((server.home / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
