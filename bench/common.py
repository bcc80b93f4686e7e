"""What all benches share: a database of their own as in production (fsync on), the size, the line at the end."""

import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

import core.database
import core.settings
from core.database import libpq_url
from core.postgres import APP, DATABASE, OWNER, EmbeddedPostgres
from data.migrate import migrate


def full_size() -> bool:
    """Say whether ``SIZE=full`` is asked for; ``SIZE=small``, the default, ends within a minute."""
    return os.environ.get("SIZE", "small") == "full"


@contextmanager
def own_server() -> Iterator[EmbeddedPostgres]:
    """Run a PostgreSQL with a migrated database, in a folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="renraku-bench-"))
    folder.chmod(0o755)  # a server started by root runs as another OS user
    try:
        with EmbeddedPostgres(folder, say=lambda _text: None) as server:
            migrate(server.owner_url, APP)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def product_database() -> Iterator[EmbeddedPostgres]:
    """Point the whole product at a database of the bench's own, with a home of its own."""
    with own_server() as server, tempfile.TemporaryDirectory(prefix="renraku-bench-home-") as home:
        point_product_at(server.app_url, home)
        try:
            yield server
        finally:
            core.database.engine().dispose()


def point_product_at(url: str, home: str) -> None:
    """Let this process use a database and a home as if they were set in its environment."""
    os.environ["DATABASE_URL"] = url
    os.environ["RENRAKU_HOME"] = home
    core.settings.settings.cache_clear()
    core.database.engine.cache_clear()


@contextmanager
def cloned(server: EmbeddedPostgres, name: str) -> Iterator[str]:
    """Have a copy of the migrated database for one run, with nothing left to be written by earlier ones."""
    with psycopg.connect(libpq_url(server.superuser_url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{DATABASE}" OWNER {OWNER} STRATEGY file_copy')
        connection.execute("CHECKPOINT")
        try:
            yield server.url(APP, name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def settle(server: EmbeddedPostgres) -> None:
    """Leave the database as autovacuum and checkpoints do some minutes later, so that neither falls into the runs."""
    with psycopg.connect(libpq_url(server.superuser_url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def alternating(
    runs: int, ours: Callable[[int], float], floor: Callable[[int], float]
) -> tuple[list[float], list[float]]:
    """Run ours and the floor in turn; each gets the number of its run and returns what it measured."""
    measured: list[tuple[float, float]] = [(ours(run), floor(run)) for run in range(runs)]
    return [one for one, _ in measured], [other for _, other in measured]


def compared(ours: list[float], floor: list[float]) -> dict[str, float]:
    """Return the medians of both and the median of the ratio of each pair."""
    return {
        "ours": round(statistics.median(ours), 1),
        "floor": round(statistics.median(floor), 1),
        "ratio": round(statistics.median(one / other for one, other in zip(ours, floor, strict=True)), 2),
    }


def report(**line: Any) -> None:
    """Print the line of a bench; it is the last one of its output."""
    print(json.dumps({name: _rounded(value) for name, value in line.items()}, ensure_ascii=False), flush=True)


def _rounded(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value
