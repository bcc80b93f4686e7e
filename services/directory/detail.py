"""One connection with all that its page shows (接続の詳細): settings without secrets, fields, the last test."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.errors import NotFound
from core.i18n import N_, _
from core.inputs import Row
from core.jobs import worker_alive
from core.operations import query
from core.transaction import Transaction
from data.models.directory import DirectoryConnection, DirectoryRun, Nightly, RunState
from services.directory.connections import GONE, WhichConnection, require_whole
from services.directory.mapping import mappable
from services.directory.settings import shown
from services.directory.sources import FIELDS, SourceKind


class OurField(Row):
    """A field of ours that the vendor's can fill."""

    field: str
    label: str


class Tested(Row):
    """What the last test found: how many came on the first page, and of how many people each field is filled."""

    at: datetime
    message: str
    departments: int
    people: int
    more: bool
    filled: Mapping[str, int]


class ConnectionDetail(Row):
    """A connection; ``settings`` holds no secrets, ``theirs`` the vendor's fields with their labels.

    ``testing``: a test is on its way. ``run_id`` and ``run_state`` are those of the latest run.
    """

    id: int
    name: str
    kind: SourceKind
    settings: dict[str, str]
    mapping: dict[str, str]
    ours: list[OurField]
    theirs: dict[str, str]
    nightly: Nightly
    brake_percent: int
    testing: bool
    tested: Tested | None
    run_id: int | None
    run_state: RunState | None
    worker_alive: bool
    version: int


@query("directory.connection", N_("See a directory connection"))
def show_connection(tx: Transaction, ask: WhichConnection) -> ConnectionDetail:
    """Return one connection (接続の詳細).

    Raises:
        NotFound: when there is none of this number. Refused: with a limited reach.
    """
    require_whole(tx, show_connection)
    found = tx.get(DirectoryConnection, ask.id)
    if found is None:
        raise NotFound(GONE)
    kind = SourceKind(found.kind)
    latest = select(DirectoryRun.id, DirectoryRun.state).where(DirectoryRun.connection_id == found.id)
    run: Any = tx.execute(latest.order_by(DirectoryRun.id.desc()).limit(1)).first()
    return ConnectionDetail(
        id=found.id, name=found.name, kind=kind, settings=shown(found), mapping=found.mapping,
        ours=[OurField(field=column.field, label=_(column.label)) for column in mappable(tx)],
        theirs={name: _(label) for name, label in FIELDS[kind].items()}, nightly=found.nightly,
        brake_percent=found.brake_percent, testing=_testing(found), tested=_tested(found),
        run_id=run.id if run else None, run_state=run.state if run else None, worker_alive=worker_alive(tx),
        version=found.version,
    )  # fmt: skip


def _testing(found: DirectoryConnection) -> bool:
    asked, done = found.test_asked_at, found.tested_at
    return asked is not None and (done is None or done < asked)


def _tested(found: DirectoryConnection) -> Tested | None:
    if found.tested_at is None:
        return None
    said = found.tested
    return Tested(
        at=found.tested_at, message=_(found.test_message, **found.test_values) if found.test_message else "",
        departments=said.get("departments", 0), people=said.get("people", 0), more=said.get("more", False),
        filled=said.get("filled", {}),
    )  # fmt: skip
