"""Connections (接続): which systems people come from, how their fields become ours, what happens every night."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import Process, operation, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.directory import DirectoryConnection, DirectoryRun, Nightly, RunState, SyncedPerson
from services.directory.mapping import check_mapping, default_mapping
from services.directory.settings import merged, opened, seal
from services.directory.sources import SourceKind

BUSY = N_("A run of “{name}” is at work. Wait until it is done, or put it aside.")
GONE = N_("This connection does not exist. Go back to the list.")
WHOLE_ONLY = N_("Only somebody with the whole organisation in reach handles the directory sync.")
AT_WORK = (RunState.READING, RunState.PLANNING, RunState.APPLYING)


class NewConnection(Input):
    """A system to read people from."""

    name: str = field(N_("Name"), min_length=1, max_length=60, help=N_("What you call this system."))
    kind: SourceKind = field(N_("Service"))
    settings: dict[str, str] = field(N_("Settings"), default={}, secret=True)
    nightly: Nightly = field(N_("Every night"), default=Nightly.OFF)
    brake_percent: int = field(
        N_("Brake"), default=10, ge=0, le=100, unit=N_("%"),
        help=N_("If more than this share of the synced people would leave, the run stops and asks."),
    )  # fmt: skip


class EditedConnection(Input):
    """A connection as it shall be; secrets that are left empty stay as they are."""

    id: int = field(N_("Number"), hidden=True)
    version: int = field(N_("Version"), hidden=True)
    name: str = field(N_("Name"), min_length=1, max_length=60, help=N_("What you call this system."))
    settings: dict[str, str] = field(N_("Settings"), default={}, secret=True)
    nightly: Nightly = field(N_("Every night"))
    brake_percent: int = field(
        N_("Brake"), ge=0, le=100, unit=N_("%"),
        help=N_("If more than this share of the synced people would leave, the run stops and asks."),
    )  # fmt: skip


class MappedFields(Input):
    """By our field which field of the vendor fills it; what stands in no line stays as it is here."""

    id: int = field(N_("Number"), hidden=True)
    version: int = field(N_("Version"), hidden=True)
    mapping: dict[str, str] = field(N_("Fields"))


class WhichConnection(Input):
    """One connection."""

    id: int = field(N_("Connection"), hidden=True)


class ConnectionsAsk(PageAsk):
    """Which connections."""

    id: int | None = field(N_("Number"), default=None, hidden=True)


class ConnectionRow(Row):
    """A connection in a list, with its latest run; ``synced``: how many people here come from it."""

    id: int
    name: str = field(N_("Name"))
    kind: SourceKind = field(N_("Service"))
    nightly: Nightly = field(N_("Every night"))
    synced: int
    run_id: int | None
    run_state: RunState | None
    run_started_at: datetime | None


@query("directory.connections", N_("See directory connections"))
def list_connections(tx: Transaction, ask: ConnectionsAsk) -> Page[ConnectionRow]:
    """Return a page of connections by name, each with its latest run.

    Raises:
        Refused: when the actor does not reach the whole organisation.
    """
    require_whole(tx, list_connections)
    synced = select(func.count()).where(SyncedPerson.connection_id == DirectoryConnection.id).scalar_subquery()
    runs = select(func.max(DirectoryRun.id)).where(DirectoryRun.connection_id == DirectoryConnection.id)
    latest = runs.correlate(DirectoryConnection).scalar_subquery()
    statement = select(
        DirectoryConnection, synced.label("synced"), DirectoryRun.id.label("run_id"), DirectoryRun.state,
        DirectoryRun.started_at,
    ).outerjoin(DirectoryRun, DirectoryRun.id == latest)  # fmt: skip
    if ask.id is not None:
        statement = statement.where(DirectoryConnection.id == ask.id)
    return fetch_page(tx, statement, ask, orders={"name": (DirectoryConnection.name,)}, make=_made)


@operation("directory.add_connection", N_("Add directory connections"), touches="directory_connection")
def add_connection(tx: Transaction, ask: NewConnection) -> WhichConnection:
    """Add a system with the usual mapping of its vendor (接続登録).

    Raises:
        Invalid: when the name is taken or a setting is missing. Refused: with a limited reach.
    """
    require_whole(tx, add_connection)
    _check_name(tx, ask.name, None)
    settings = merged(ask.kind, ask.settings, {})
    made = DirectoryConnection(
        name=ask.name, kind=ask.kind.value, settings=b"", mapping=default_mapping(ask.kind), nightly=ask.nightly,
        brake_percent=ask.brake_percent, created_by=tx.actor.account_id, answers_id=tx.actor.account_id,
        created_at=tx.now,
    )  # fmt: skip
    tx.add(made)
    made.settings = seal(made.id, settings)
    tx.session.flush()
    return WhichConnection(id=made.id)


@operation("directory.edit_connection", N_("Change directory connections"), touches="directory_connection")
def edit_connection(tx: Transaction, ask: EditedConnection) -> WhichConnection:
    """Change a connection; a secret that is left empty stays.

    Raises:
        NotFound: when there is none. Invalid: when the name is taken or a setting is missing.
        Conflict: when somebody else changed it meanwhile.
        Refused: with a limited reach; other settings while a run is at work.
    """
    require_whole(tx, edit_connection)
    found = _unchanged(tx, ask.id, ask.version)
    _check_name(tx, ask.name, ask.id)
    kept = opened(found)
    settings = merged(SourceKind(found.kind), ask.settings, kept)
    if settings != kept:
        resting(tx, ask.id)  # what it reads on would come from two places
        found.test_asked_at = found.tested_at = None
    after = {"name": ask.name, "nightly": ask.nightly.value, "brake_percent": ask.brake_percent}
    before = {"name": found.name, "nightly": found.nightly.value, "brake_percent": found.brake_percent}
    tx.note(f"directory_connection:{found.id}", before, after)
    found.name, found.nightly, found.brake_percent = ask.name, ask.nightly, ask.brake_percent
    found.settings, found.answers_id, found.version = seal(found.id, settings), tx.actor.account_id, found.version + 1
    tx.session.flush()
    return WhichConnection(id=found.id)


@operation("directory.map_fields", N_("Map directory fields"), touches="directory_connection")
def map_fields(tx: Transaction, ask: MappedFields) -> WhichConnection:
    """Say which field of the vendor fills which field of ours, from the next run on (項目の対応付け).

    Raises:
        NotFound: when there is no such connection. Invalid: when the mapping cannot be used.
        Conflict: when somebody else changed it meanwhile. Refused: with a limited reach.
    """
    require_whole(tx, map_fields)
    found = _unchanged(tx, ask.id, ask.version)
    mapping = {name: theirs for name, theirs in ask.mapping.items() if theirs}
    check_mapping(tx, SourceKind(found.kind), mapping)
    tx.note(f"directory_connection:{found.id}", found.mapping, mapping)
    found.mapping, found.answers_id, found.version = mapping, tx.actor.account_id, found.version + 1
    tx.session.flush()
    return WhichConnection(id=found.id)


@operation("directory.remove_connection", N_("Remove directory connections"), touches="directory_connection")
def remove_connection(tx: Transaction, ask: WhichConnection) -> WhichConnection:
    """Remove a connection with its runs; people and departments stay, and nobody leaves by it any more.

    Raises:
        NotFound: when there is none. Refused: while a run is at work, or with a limited reach.
    """
    require_whole(tx, remove_connection)
    found = resting(tx, ask.id)
    tx.note(f"directory_connection:{found.id}", {"name": found.name, "kind": found.kind}, None)
    tx.session.delete(found)
    tx.session.flush()
    return WhichConnection(id=ask.id)


def require_whole(tx: Transaction, process: Process[Any, Any]) -> None:
    """Refuse an actor with a limited reach: a directory is about everybody.

    Raises:
        Refused: when not the whole organisation lies within reach.
    """
    if not process.reach(tx).whole:
        raise Refused(WHOLE_ONLY)


def locked(tx: Transaction, connection_id: int) -> DirectoryConnection:
    """Return a connection, locked for change.

    Raises:
        NotFound: when there is none of this number.
    """
    found = tx.get(DirectoryConnection, connection_id, lock=True)
    if found is None:
        raise NotFound(GONE)
    return found


def resting(tx: Transaction, connection_id: int) -> DirectoryConnection:
    """Return a connection, locked for change, of which no run is at work.

    Raises:
        NotFound: when there is none of this number. Refused: while a run is at work.
    """
    found = locked(tx, connection_id)
    at_work = select(DirectoryRun.id).where(DirectoryRun.connection_id == found.id, DirectoryRun.state.in_(AT_WORK))
    if tx.scalar(at_work) is not None:
        raise Refused(BUSY, name=found.name)
    return found


def _unchanged(tx: Transaction, connection_id: int, version: int) -> DirectoryConnection:
    found = locked(tx, connection_id)
    if found.version != version:
        raise Conflict(N_("Somebody else changed this connection meanwhile. Load the page again."))
    return found


def _check_name(tx: Transaction, name: str, but: int | None) -> None:
    others = select(DirectoryConnection.id).where(
        DirectoryConnection.name == name, DirectoryConnection.id.is_distinct_from(but)
    )
    if tx.scalar(others) is not None:
        taken = N_("There is a connection of this name already.")
        raise Invalid(taken, fields={"name": _(taken)})


def _made(row: Any) -> ConnectionRow:
    kept: DirectoryConnection = row.DirectoryConnection
    return ConnectionRow(
        id=kept.id, name=kept.name, kind=SourceKind(kept.kind), nightly=kept.nightly, synced=row.synced,
        run_id=row.run_id, run_state=row.state, run_started_at=row.started_at,
    )  # fmt: skip
