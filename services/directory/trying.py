"""Trying a connection (接続テスト): one page of departments and one of people, and what of them is filled in."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import structlog

from core.database import transaction
from core.errors import RenrakuError
from core.i18n import N_
from core.jobs import enqueue, job
from core.operations import operation
from core.transaction import Transaction
from data.models.directory import DirectoryConnection
from services.directory import sources
from services.directory.connections import WhichConnection, require_whole, resting
from services.directory.ending import told
from services.directory.line import line
from services.directory.reading import READER, asks, keeper
from services.directory.settings import opened
from services.directory.sources import FoundPerson, SourceKind

log = structlog.get_logger("directory")


@operation("directory.try_connection", N_("Test directory connections"), touches="directory_connection")
def try_connection(tx: Transaction, ask: WhichConnection) -> WhichConnection:
    """Ask the vendor for one page, and keep whether that went well; nothing here changes (接続テスト).

    Raises:
        NotFound: when there is no such connection. Refused: while a run is at work, or with a limited reach.
    """
    require_whole(tx, try_connection)
    found = resting(tx, ask.id)
    found.test_asked_at = tx.now
    tx.session.flush()
    name = f"directory.try.{found.id}"
    enqueue(tx, try_job, once=name, alone=asks(found.id), connection_id=found.id)
    return WhichConnection(id=found.id)


@job("directory.try")
def try_job(connection_id: int) -> None:
    """Ask the vendor, and note what came of it."""
    try:
        _keep(connection_id, _asked(connection_id), None)
    except RenrakuError as error:
        log.info("a directory was tried in vain", connection=connection_id, reason=getattr(error, "reason", error.code))
        _keep(connection_id, {}, error)
    except Exception as error:  # noqa: BLE001 - told on the page and in the fault log
        _keep(connection_id, {}, told(error, directory_connection=connection_id))


def _asked(connection_id: int) -> dict[str, Any]:
    with transaction(READER) as tx:
        found = tx.get(DirectoryConnection, connection_id)
        if found is None:
            return {}
        kind, settings = SourceKind(found.kind), opened(found)
    with line() as client:
        source = sources.source_of(kind, settings, client, keeper(connection_id, settings))
        departments, people = source.departments(None), source.people(None)
    return {
        "departments": len(departments.rows), "people": len(people.rows), "filled": _filled(people.rows),
        "more": people.resume is not None,
    }  # fmt: skip


def _filled(people: Sequence[FoundPerson]) -> dict[str, int]:
    # How many, never what: the values are people's data, and nobody has decided yet to take them in.
    return dict(Counter(name for one in people for name, value in one.fields.items() if value))


def _keep(connection_id: int, found: dict[str, Any], error: RenrakuError | None) -> None:
    with transaction(READER) as tx:
        connection = tx.get(DirectoryConnection, connection_id, lock=True)
        if connection is None:
            return
        connection.tested_at, connection.tested = tx.now, found
        connection.test_message = error.message if error else None
        connection.test_values = {name: str(value) for name, value in error.values.items()} if error else {}
        tx.session.flush()
