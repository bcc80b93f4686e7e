"""A connection whose directory lies in memory, and a run through it in the test's own transaction."""

from collections.abc import Callable
from typing import Any

import pytest

from data.models.directory import DirectoryConnection, DirectoryRun, Nightly, Reading, RunState
from services.directory import planning, reading, sources
from services.directory.settings import seal
from tests.services.directory.given import MAPPING, Memory


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """The vendor."""
    made = Memory()
    monkeypatch.setattr(sources, "source_of", made)
    return made


@pytest.fixture
def connection(tx: Any) -> DirectoryConnection:
    """A connection to it."""
    return connect(tx)


def connect(tx: Any, **values: Any) -> DirectoryConnection:
    """Make a connection."""
    given = {"name": "本店", "kind": "smarthr", "nightly": Nightly.LOOK, "brake_percent": 10, **values}
    made = DirectoryConnection(**given, settings=b"", mapping=MAPPING, created_at=tx.now)
    tx.add(made)
    made.settings = seal(made.id, {})
    tx.session.flush()
    return made


@pytest.fixture
def read(tx: Any, connection: DirectoryConnection, directory: Memory) -> Callable[[], DirectoryRun]:
    """Return what stages all that the directory has and compares it."""

    def all_of_it() -> DirectoryRun:
        run = DirectoryRun(
            connection_id=connection.id, state=RunState.PLANNING, counts={}, values={}, started_at=tx.now
        )
        tx.add(run)
        for what in Reading:
            run.reading, resume, first = what, None, True
            while first or resume is not None:
                page = getattr(directory, what.value)(resume)
                reading._copy(tx, run, page)
                resume, first = page.resume, False
        planning.plan_run(tx, run)
        return run

    return all_of_it


@pytest.fixture
def sync(tx: Any, read: Callable[[], DirectoryRun]) -> Callable[[], DirectoryRun]:
    """Return what reads, compares and applies."""

    def whole() -> DirectoryRun:
        run = read()
        if run.state is RunState.PLANNED:
            planning.apply_run(tx, run)
        return run

    return whole
