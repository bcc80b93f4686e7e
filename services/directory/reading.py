"""Reading a directory (読み込み): page by page, each stored with the mark of the next one in a transaction of its own.

Nothing sleeps: when the vendor asks for a pause or does not answer, the run notes when it is read on, and the sweep
enqueues it again. A worker that dies leaves a run whose job another one takes up, at the page that was not stored.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from core.errors import RenrakuError
from core.i18n import N_, listed
from core.jobs import enqueue, job, must_stop
from core.transaction import Transaction
from data.models.directory import DirectoryConnection, DirectoryRun, Reading, RunState
from services.directory import sources
from services.directory.ending import fail, forget, told
from services.directory.line import line
from services.directory.planning import plan_job
from services.directory.settings import opened, seal
from services.directory.sources import (
    FoundDepartment,
    FoundPerson,
    Page,
    Source,
    SourceBroken,
    SourceBusy,
    SourceKind,
)
from services.people.store import copy_rows

READER = Actor.system("directory.read")
SWEEP = "* * * * * */10"
MOST_ATTEMPTS = 6
"""Answers that cannot be read, one after the other, until the run fails: after about an hour."""

ANEW_AFTER, MOST_BEGINNINGS = 3, 3
"""After so many of them in the middle a run begins anew, a few times: marks of pages grow old at some vendors."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=24)
DEPARTMENT_COLUMNS = ("run_id", "at", "key", "name", "parent_key", "position", "code")
PERSON_COLUMNS = ("run_id", "at", "key", "code", "fields", "departments", '"left"')
NUL = "\0"
log = structlog.get_logger("directory")
UNMAPPED = N_("The directory has no field {names}. Look at how its fields are mapped.")


class Place(NamedTuple):
    """Where in a directory a run stands."""

    reading: Reading
    resume: str | None
    pages: int


class Open(NamedTuple):
    """What reading a page needs of a run, loaded in a transaction that is over before the vendor is asked."""

    connection_id: int
    kind: SourceKind
    settings: Mapping[str, str]
    mapping: Mapping[str, str]
    place: Place


@job("directory.read")
def read_job(run_id: int) -> None:
    """Read on where a run stands, until all is read or a pause is due; one that is not to be read is left alone."""
    try:
        found = _open(run_id)
        if found is not None:
            _read(run_id, found)
    except SourceBusy as error:
        _pause(run_id, timedelta(seconds=max(error.retry_after, 1)), error)
    except SourceBroken as error:
        log.warning("a directory gave no usable answer", run=run_id, reason=error.reason)
        _try_again(run_id, error)
    except Exception as error:  # noqa: BLE001 - told in the run's own log and the fault log; the sweep goes on
        _fail(run_id, told(error, directory_run=run_id))


@job("directory.sweep", periodic=SWEEP)
def sweep() -> None:
    """Enqueue the runs whose pause is over."""
    with transaction(READER) as tx:
        due = select(DirectoryRun).where(DirectoryRun.state == RunState.READING, DirectoryRun.next_at <= tx.now)
        for run in tx.session.scalars(due):
            queue_reading(tx, run)


def queue_reading(tx: Transaction, run: DirectoryRun) -> None:
    """Let a run be read, by one worker at a time: a vendor may give tokens for one use."""
    enqueue(
        tx, read_job, once=f"directory.read.{run.id}", alone=asks(run.connection_id), run_id=run.id
    )  # fmt: skip


def asks(connection_id: int) -> str:
    """Return the lock under which one worker at a time asks a vendor."""
    return f"directory.asks.{connection_id}"


def _open(run_id: int) -> Open | None:
    with transaction(READER) as tx:
        run = tx.get(DirectoryRun, run_id)
        if run is None or run.state is not RunState.READING or (run.next_at is not None and run.next_at > tx.now):
            return None
        connection = tx.session.get_one(DirectoryConnection, run.connection_id)
        return Open(
            connection.id, SourceKind(connection.kind), opened(connection), connection.mapping,
            Place(run.reading, run.resume, run.pages),
        )  # fmt: skip


def _read(run_id: int, found: Open) -> None:
    with line() as client:
        source = sources.source_of(found.kind, found.settings, client, keeper(found.connection_id, found.settings))
        if unknown := sorted(set(found.mapping.values()) - set(source.fields)):
            raise RenrakuError(UNMAPPED, names=listed(unknown))
        place: Place | None = found.place
        while place is not None:
            if must_stop():
                _pause(run_id, timedelta(0), None)
                return
            place = _read_page(run_id, place, source)


def _read_page(run_id: int, place: Place, source: Source) -> Place | None:
    of_people = place.reading is Reading.PEOPLE
    page: Page[Any] = source.people(place.resume) if of_people else source.departments(place.resume)
    return store_page(run_id, place, page)


def store_page(run_id: int, place: Place, page: Page[Any]) -> Place | None:
    """Store a page with the mark of the next one; return where the run stands then, None: nothing is left to do.

    A page that another worker has stored meanwhile is not stored again.
    """
    with transaction(READER) as tx:
        run = tx.get(DirectoryRun, run_id, lock=True)
        if run is None or run.state is not RunState.READING or Place(run.reading, run.resume, run.pages) != place:
            return None
        _copy(tx, run, page)
        run.pages, run.resume, run.attempts, run.next_at = run.pages + 1, page.resume, 0, None
        run.message, run.values = None, {}
        if page.resume is None and run.reading is Reading.DEPARTMENTS:
            run.reading = Reading.PEOPLE
        elif page.resume is None:
            run.state = RunState.PLANNING
            enqueue(tx, plan_job, run_id=run.id)
        tx.session.flush()
        return Place(run.reading, run.resume, run.pages) if run.state is RunState.READING else None


def _copy(tx: Transaction, run: DirectoryRun, page: Page[Any]) -> None:
    # The vendor's pages may be of any size: rows are numbered by those stored before.
    what = "departments" if run.reading is Reading.DEPARTMENTS else "people"
    first = int(run.counts.get(f"read.{what}", 0))
    if run.reading is Reading.DEPARTMENTS:
        copy_rows(tx, "directory_staged_department", DEPARTMENT_COLUMNS, _departments(run.id, first, page.rows))
    else:
        copy_rows(tx, "directory_staged_person", PERSON_COLUMNS, _people(run.id, first, page.rows))
    run.counts = {**run.counts, f"read.{what}": first + len(page.rows)}


def _departments(run_id: int, first: int, rows: Iterable[FoundDepartment]) -> Iterable[tuple[Any, ...]]:
    for at, one in enumerate(rows, start=first + 1):
        yield run_id, at, _clean(one.key), _clean(one.name), _clean(one.parent_key), one.order, _clean(one.code)


def _people(run_id: int, first: int, rows: Iterable[FoundPerson]) -> Iterable[tuple[Any, ...]]:
    for at, one in enumerate(rows, start=first + 1):
        fields = json.dumps({name: _clean(value) for name, value in one.fields.items()}, ensure_ascii=False)
        departments = json.dumps([_clean(key) for key in one.departments], ensure_ascii=False)
        yield run_id, at, _clean(one.key), _clean(one.code), fields, departments, one.left


def _clean(value: str | None) -> str | None:
    return None if value is None else value.replace(NUL, "")


def keeper(connection_id: int, began: Mapping[str, str]) -> Callable[[Mapping[str, str]], None]:
    """Return what stores settings that a vendor renewed; what a person entered meanwhile is not overwritten.

    At once and on its own: the old token is good for nothing any more, whatever becomes of the page.
    """
    last = dict(began)

    def keep(settings: Mapping[str, str]) -> None:
        nonlocal last
        with transaction(READER) as tx:
            connection = tx.get(DirectoryConnection, connection_id, lock=True)
            if connection is not None and opened(connection) == last:
                connection.settings, last = seal(connection_id, settings), dict(settings)
                tx.session.flush()

    return keep


def _pause(run_id: int, pause: timedelta, error: RenrakuError | None) -> None:
    with transaction(READER) as tx:
        run = tx.get(DirectoryRun, run_id, lock=True)
        if run is not None and run.state is RunState.READING:
            run.next_at = tx.now + min(pause, LONGEST_PAUSE)
            if error is not None:
                run.message, run.values = error.message, _values(error)
            tx.session.flush()


def _try_again(run_id: int, error: RenrakuError) -> None:
    with transaction(READER) as tx:
        run = tx.get(DirectoryRun, run_id, lock=True)
        if run is None or run.state is not RunState.READING:
            return
        run.attempts += 1
        run.message, run.values = error.message, _values(error)
        anew = run.attempts == ANEW_AFTER and run.resume is not None
        if run.attempts >= MOST_ATTEMPTS or (anew and run.counts.get("begun", 1) >= MOST_BEGINNINGS):
            fail(tx, run, error)
        else:
            if anew:
                forget(tx, run)
                run.reading, run.resume, run.counts = (
                    Reading.DEPARTMENTS, None, {"begun": run.counts.get("begun", 1) + 1}
                )  # fmt: skip
            run.next_at = tx.now + FIRST_PAUSE * 2 ** (run.attempts - 1)
        tx.session.flush()


def _fail(run_id: int, error: RenrakuError) -> None:
    with transaction(READER) as tx:
        run = tx.get(DirectoryRun, run_id, lock=True)
        if run is not None and run.state is RunState.READING:
            fail(tx, run, error)


def _values(error: RenrakuError) -> dict[str, str]:
    return {name: str(value) for name, value in error.values.items()}
