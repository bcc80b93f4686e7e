"""Each vendor through the whole room, over real HTTP: connection, test, run, preview, applied, then nothing more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.actor import Actor
from core.database import transaction
from core.jobs import run_waiting_jobs
from data.models.directory import DirectoryConnection, DirectoryRun, DirectoryRunRow, RunState, Step
from data.models.people import ContactPoint, Membership, Person
from services.directory import (
    Applied,
    NewConnection,
    SourceKind,
    WhichConnection,
    add_connection,
    apply,
    reading,
    runs,
    show_connection,
    start_run,
    trying,
)
from services.directory.mapping import DEFAULTS
from services.directory.settings import opened, seal
from services.directory.sources import FIELDS, web
from tests.services.directory.sources.vendors import Somebody, Vendor, settings_for, vendor_on_loopback

SYSTEM = Actor.system("test")
MANY = 6


@pytest.fixture(params=SourceKind)
def vendor(request, monkeypatch, loopback) -> Iterator[tuple[SourceKind, Vendor]]:
    monkeypatch.setattr(web, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(f"services.directory.sources.{request.param}.PER_PAGE", 2)
    with vendor_on_loopback(request.param) as made:
        made.people = [Somebody(number) for number in range(MANY)]
        yield request.param, made


def connect(kind, url) -> int:
    """Add a connection as a person does, and lead it to this machine."""
    settings = settings_for(kind, url)
    base = settings.pop("base_url")
    with transaction(SYSTEM) as tx:
        made = add_connection(tx, NewConnection(name="本社", kind=kind, settings=settings))
        found = tx.get(DirectoryConnection, made.id)
        found.settings = seal(made.id, {**opened(found), "base_url": base})
        tx.session.flush()
    return made.id


def run_through(connection_id) -> DirectoryRun:
    """Run it, over every pause."""
    with transaction(SYSTEM) as tx:
        run_id = start_run(tx, WhichConnection(id=connection_id)).id
    at = clock.now()
    for _pause in range(6):
        with clock.frozen(at):
            reading.sweep()
            run_waiting_jobs()
        with transaction(SYSTEM) as tx:
            run = tx.get(DirectoryRun, run_id)
        if run.state is not RunState.READING:
            return run
        at += timedelta(minutes=10)
    raise AssertionError(run.message)


def apply_it(run) -> RunState:
    """Let it be applied, as a person does."""
    with transaction(SYSTEM) as tx:
        apply(tx, Applied(id=run.id, despite_brake=run.state is RunState.STOPPED))
    run_waiting_jobs()
    with transaction(SYSTEM) as tx:
        return tx.get(DirectoryRun, run.id).state


def people(run):
    """Return what a run would do with people: step and code."""
    with transaction(SYSTEM) as tx:
        found = select(DirectoryRunRow.step, DirectoryRunRow.code).where(
            DirectoryRunRow.run_id == run.id, DirectoryRunRow.noun == "person"
        )
        return sorted((step.value, code) for step, code in tx.execute(found))


def test_from_the_connection_to_a_second_run_that_changes_nothing(live, vendor):
    kind, server = vendor
    connection_id = connect(kind, server.url)
    with transaction(SYSTEM) as tx:
        trying.try_connection(tx, WhichConnection(id=connection_id))
    run_waiting_jobs()
    with transaction(SYSTEM) as tx:
        tested = show_connection(tx, WhichConnection(id=connection_id)).tested
    assert tested is not None
    assert (tested.message, tested.people, tested.more) == ("", 2, True)
    assert set(DEFAULTS[kind].values()) <= set(FIELDS[kind])

    # A limit, a fault of the server and a page that is none, one after the other.
    begun = server.told
    server.wrong = {
        begun + 1: (429, {"Retry-After": "30"}, {}),
        begun + 3: (500, {}, b"oops"),
        begun + 5: (200, {}, b'[{"id": "c-1", "last'),
    }
    first = run_through(connection_id)
    assert (first.state, first.counts["person.add"], first.counts["person.error"]) == (RunState.PLANNED, MANY, 0)
    assert apply_it(first) is RunState.APPLIED
    with transaction(SYSTEM) as tx:
        mine = select(Person.id).where(Person.code.in_([f"{number:05}" for number in range(MANY)]))
        assert tx.scalar(select(func.count()).where(Person.id.in_(mine), Person.family_name != "")) == MANY
        assert tx.scalar(select(func.count()).where(ContactPoint.person_id.in_(mine))) >= MANY
        assert tx.scalar(select(func.count()).where(Membership.person_id.in_(mine))) >= MANY

    second = run_through(connection_id)
    assert (second.state, people(second)) == (RunState.APPLIED, [])

    server.people = [replace(server.people[0], left=True), *server.people[1:-1]]
    third = run_through(connection_id)
    leavers = [(Step.LEAVE.value, "00000"), (Step.LEAVE.value, f"{MANY - 1:05}")]
    assert (third.state, people(third)) == (RunState.STOPPED, leavers)
    assert apply_it(third) is RunState.APPLIED

    server.people = []
    assert run_through(connection_id).state is RunState.STOPPED


@pytest.mark.parametrize("vendor", [SourceKind.FREEE], indirect=True)
def test_credentials_that_are_refused_are_said_so(live, vendor):
    kind, server = vendor
    connection_id = connect(kind, server.url)
    server.wrong = {number: (401, {}, {}) for number in range(9)}
    run = run_through(connection_id)
    assert run.state is RunState.FAILED
    with transaction(SYSTEM) as tx:
        (row,) = runs.list_runs(tx, runs.RunsAsk(id=run.id)).rows
        assert "拒否" in row.message
        trying.try_connection(tx, WhichConnection(id=connection_id))
    run_waiting_jobs()
    with transaction(SYSTEM) as tx:
        assert show_connection(tx, WhichConnection(id=connection_id)).tested.message == row.message
