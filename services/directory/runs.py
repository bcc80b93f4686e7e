"""Runs (同期の実行): begun by hand or at night, looked at, applied or put aside."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core.actor import Actor, What
from core.database import transaction
from core.errors import NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.jobs import enqueue, job, worker_alive
from core.operations import operation, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account
from data.models.directory import DirectoryConnection, DirectoryRun, DirectoryRunRow, Nightly, Noun, RunState, Step
from data.models.people import ImportKind, Person
from services.changes import set_of
from services.directory.connections import AT_WORK, WhichConnection, require_whole, resting
from services.directory.ending import end
from services.directory.planning import apply_job
from services.directory.reading import queue_reading
from services.people.imports.columns import columns_of, label_of

NIGHTLY = "30 17 * * *"
"""At 02:30 in Japan."""

WAITING = (RunState.PLANNED, RunState.STOPPED)


class RunsAsk(PageAsk):
    """Which runs."""

    connection_id: int | None = field(N_("Connection"), default=None, hidden=True)
    state: RunState | None = field(N_("State"), default=None)
    id: int | None = field(N_("Number"), default=None, hidden=True)


class WhichRun(Input):
    """One run."""

    id: int = field(N_("Run"), hidden=True)


class Applied(Input):
    """Which run to apply; one that the brake stopped only if that is said."""

    id: int = field(N_("Run"), hidden=True)
    despite_brake: bool = field(N_("Although it was stopped"), default=False)


class LinesAsk(PageAsk):
    """Which lines of the preview of which run."""

    run_id: int = field(N_("Run"), hidden=True)
    noun: Noun | None = field(N_("What it is about"), default=None)
    step: Step | None = field(N_("What becomes of it"), default=None)


class RunRow(Row):
    """A run as people read it: who, when, how many, what stopped it. ``counts`` are by noun and step.

    ``change_set_id`` and ``worker_alive`` are looked up only where one run is asked for.
    """

    id: int
    connection_id: int
    connection: str = field(N_("Connection"))
    state: RunState = field(N_("State"))
    counts: dict[str, int]
    by: str = field(N_("By"))
    message: str = field(N_("Message"))
    pages: int
    next_at: datetime | None
    started_at: datetime = field(N_("Begun"))
    ended_at: datetime | None = field(N_("Ended"))
    change_set_id: int | None
    worker_alive: bool


class LineRow(Row):
    """A line of a preview: what would be done with a record, with what changes, or why not."""

    line: int
    noun: Noun = field(N_("What it is about"))
    step: Step = field(N_("What becomes of it"))
    code: str = field(N_("Code"))
    name: str = field(N_("Name"))
    changes: list[tuple[str, str, str]]
    problems: list[str]


@operation("directory.run", N_("Run the directory sync"), does=What.BULK, touches="directory_run")
def start_run(tx: Transaction, ask: WhichConnection) -> WhichRun:
    """Begin to read a directory; what comes of it is shown before anything changes (今すぐ同期).

    Raises:
        NotFound: when there is no such connection. Refused: while another run is at work, or with a limited reach.
    """
    require_whole(tx, start_run)
    connection = resting(tx, ask.id)
    return WhichRun(id=begin(tx, connection.id, tx.actor.account_id))


@operation("directory.apply", N_("Apply a directory sync"), does=What.BULK, touches="directory_run")
def apply(tx: Transaction, ask: Applied) -> WhichRun:
    """Do what the preview says, in one transaction; a job does it (同期の適用).

    Raises:
        NotFound: when there is no such run. Refused: when it does not wait for that, or the brake stopped it.
    """
    require_whole(tx, apply)
    # Whoever begins another run at this moment has the connection first, and puts this one aside.
    mine = select(DirectoryRun.connection_id).where(DirectoryRun.id == ask.id).scalar_subquery()
    tx.execute(select(DirectoryConnection.id).where(DirectoryConnection.id == mine).with_for_update(key_share=True))
    run = _waiting(tx, ask.id)
    if run.state is RunState.STOPPED and not ask.despite_brake:
        raise Refused(N_("The brake stopped this run. Look at who would leave, and say that it is right."))
    run.state, run.applied_by, run.despite_brake = RunState.APPLYING, tx.actor.account_id, ask.despite_brake
    tx.session.flush()
    enqueue(tx, apply_job, run_id=run.id)
    return WhichRun(id=run.id)


@operation("directory.drop", N_("Put a directory sync aside"), touches="directory_run")
def drop_run(tx: Transaction, ask: WhichRun) -> WhichRun:
    """Put a run aside, also one that is being read: nothing is changed (同期の取りやめ).

    Raises:
        NotFound: when there is no such run. Refused: when it is compared or applied, or over.
    """
    require_whole(tx, drop_run)
    end(tx, _waiting(tx, ask.id, RunState.READING), RunState.DROPPED)
    return WhichRun(id=ask.id)


@query("directory.runs", N_("See runs of the directory sync"))
def list_runs(tx: Transaction, ask: RunsAsk) -> Page[RunRow]:
    """Return a page of runs, the latest first.

    Raises:
        Refused: with a limited reach.
    """
    require_whole(tx, list_runs)
    person, account = aliased(Person), aliased(Account)
    statement = (
        select(DirectoryRun, DirectoryConnection.name, person.family_name, person.given_name)
        .join(DirectoryConnection, DirectoryConnection.id == DirectoryRun.connection_id)
        .outerjoin(account, account.id == DirectoryRun.account_id)
        .outerjoin(person, person.id == account.person_id)
    )
    if ask.connection_id is not None:
        statement = statement.where(DirectoryRun.connection_id == ask.connection_id)
    if ask.state is not None:
        statement = statement.where(DirectoryRun.state == ask.state)
    if ask.id is not None:
        statement = statement.where(DirectoryRun.id == ask.id)
    latest = ask if ask.sort else ask.model_copy(update={"sort": "-latest"})
    alone = ask.id is not None
    return fetch_page(
        tx, statement, latest, orders={"latest": (DirectoryRun.id,)}, make=lambda row: _made(tx, row, whole=alone)
    )


@query("directory.run_rows", N_("See what a run of the directory sync would do"))
def list_lines(tx: Transaction, ask: LinesAsk) -> Page[LineRow]:
    """Return a page of the preview, departments first.

    Raises:
        Refused: with a limited reach.
    """
    require_whole(tx, list_lines)
    statement = select(DirectoryRunRow).where(DirectoryRunRow.run_id == ask.run_id)
    if ask.noun is not None:
        statement = statement.where(DirectoryRunRow.noun == ask.noun)
    if ask.step is not None:
        statement = statement.where(DirectoryRunRow.step == ask.step)
    columns = {
        Noun.PERSON: columns_of(tx, ImportKind.PEOPLE),
        Noun.DEPARTMENT: columns_of(tx, ImportKind.DEPARTMENTS),
    }

    def line(row: Any) -> LineRow:
        kept: DirectoryRunRow = row.DirectoryRunRow
        changes = [(label_of(columns[kept.noun], name), was, now) for name, was, now in kept.said.get("changes", ())]
        problems = [_(message, **values) for _column, message, values in kept.said.get("problems", ())]
        return LineRow(
            line=kept.line, noun=kept.noun, step=kept.step, code=kept.code, name=kept.name, changes=changes,
            problems=problems,
        )  # fmt: skip

    return fetch_page(tx, statement, ask, orders={"line": (DirectoryRunRow.line,)}, make=line)


@job("directory.nightly", periodic=NIGHTLY)
def nightly() -> None:
    """Begin a run of every connection that wants one at night and has none at work."""
    with transaction(Actor.system("directory.nightly")) as tx:
        wanted = select(DirectoryConnection.id).where(DirectoryConnection.nightly != Nightly.OFF)
        # Locked first, then looked at: somebody may begin a run at this moment.
        locked_ids = tx.execute(wanted.order_by(DirectoryConnection.id).with_for_update()).scalars().all()
        busy = select(DirectoryRun.connection_id).where(DirectoryRun.state.in_(AT_WORK))
        at_work = set(tx.execute(busy).scalars())
        for connection_id in locked_ids:
            if connection_id not in at_work:
                begin(tx, connection_id, None)


def begin(tx: Transaction, connection_id: int, account_id: int | None) -> int:
    """Begin a run; one of the same connection that waits for somebody is put aside."""
    older = select(DirectoryRun).where(DirectoryRun.connection_id == connection_id, DirectoryRun.state.in_(WAITING))
    for run in tx.session.scalars(older.with_for_update()).all():
        end(tx, run, RunState.DROPPED)
    made = DirectoryRun(
        connection_id=connection_id, counts={}, values={}, account_id=account_id, started_at=tx.now
    )  # fmt: skip
    tx.add(made)
    queue_reading(tx, made)
    return made.id


def _waiting(tx: Transaction, run_id: int, *also: RunState) -> DirectoryRun:
    run = tx.get(DirectoryRun, run_id, lock=True)
    if run is None:
        raise NotFound(N_("This run is not kept any more. Go back to the list."))
    if run.state not in (*WAITING, *also):
        raise Refused(N_("This run does not wait for anybody. Load the page again."))
    return run


def _made(tx: Transaction, row: Any, *, whole: bool) -> RunRow:
    run: DirectoryRun = row.DirectoryRun
    return RunRow(
        id=run.id, connection_id=run.connection_id, connection=row.name, state=run.state, counts=run.counts,
        by=f"{row.family_name or ''} {row.given_name or ''}".strip(),
        message=_(run.message, **run.values) if run.message else "", pages=run.pages, next_at=run.next_at,
        started_at=run.started_at, ended_at=run.ended_at,
        change_set_id=set_of(tx, f"directory_run:{run.id}") if whole else None,
        worker_alive=not whole or worker_alive(tx),
    )  # fmt: skip
