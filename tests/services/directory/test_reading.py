"""Reading a directory page by page: pauses, answers that cannot be read, workers that die, marks that grow old."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.actor import Actor
from core.database import transaction
from core.jobs import run_waiting_jobs
from data.models.directory import DirectoryConnection, DirectoryRun, Nightly, RunState, StagedPerson
from data.models.people import Person
from services.directory import ending, reading, runs
from services.directory.settings import opened, seal
from services.directory.sources import SourceBroken, SourceBusy, SourceRefused
from tests.services.directory.conftest import connect
from tests.services.directory.given import person

SYSTEM = Actor.system("test")


@pytest.fixture
def started(live, directory):
    """A run that has begun, of three people in two pages."""
    directory.people_ = [person("1"), person("2"), person("3")]
    return begin()


def begin(**values):
    """Begin a run of a new connection."""
    with transaction(SYSTEM) as tx:
        return runs.begin(tx, connect(tx, **values).id, None)


def run_of(run_id):
    """Return a run as stored."""
    with transaction(SYSTEM) as tx:
        return tx.get(DirectoryRun, run_id)


def staged(run_id):
    """Return how many people are staged."""
    with transaction(SYSTEM) as tx:
        return tx.scalar(select(func.count()).where(StagedPerson.run_id == run_id))


def once(what, resume, error):
    """Return what raises an error for a page, the first time only."""
    left = [error]

    def before(of, at):
        if (of, at) == (what, resume) and left:
            raise left.pop()

    return before


class TestReading:
    def test_a_run_is_read_compared_and_waits_for_a_person(self, started, directory):
        run_waiting_jobs()
        assert directory.asked == [("departments", None), ("people", None), ("people", "2")]
        run = run_of(started)
        assert (run.state, run.counts["person.add"], run.pages) == (RunState.PLANNED, 3, 3)

    def test_a_pause_is_kept_and_reading_goes_on_where_it_was(self, started, directory):
        directory.before = once("people", "2", SourceBusy("slow down", retry_after=120))
        with clock.frozen(clock.now()):
            reading.read_job(run_id=started)
            run = run_of(started)
            assert (run.state, run.resume, staged(started)) == (RunState.READING, "2", 2)
            assert run.next_at == clock.now() + timedelta(seconds=120)
            reading.read_job(run_id=started)
            assert len(directory.asked) == 3  # not before the pause is over
        with clock.frozen(clock.now() + timedelta(seconds=121)):
            reading.sweep()
            run_waiting_jobs()
        assert directory.asked[-1] == ("people", "2")
        assert run_of(started).state is RunState.PLANNED

    def test_a_worker_that_dies_leaves_the_stored_pages(self, started, directory):
        directory.before = once("people", "2", KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            reading.read_job(run_id=started)
        assert staged(started) == 2
        run_waiting_jobs()
        assert (run_of(started).counts["person.add"], directory.asked[-1]) == (3, ("people", "2"))

    def test_two_workers_store_a_page_once(self, started, directory):
        place = reading.Place(reading.Reading.DEPARTMENTS, None, 0)
        assert reading.store_page(started, place, directory.departments(None)) is not None
        assert reading.store_page(started, place, directory.departments(None)) is None
        assert run_of(started).pages == 1

    def test_what_cannot_be_read_is_tried_again_and_then_fails_with_the_reason(self, started, directory):
        def broken(_what, _resume):
            raise SourceBroken("broken page")

        directory.before = broken
        at = clock.now()
        for _attempt in range(reading.MOST_ATTEMPTS):
            with clock.frozen(at):
                reading.read_job(run_id=started)
            at += timedelta(hours=2)
        run = run_of(started)
        assert (run.state, run.message, run.attempts) == (RunState.FAILED, "broken page", reading.MOST_ATTEMPTS)

    def test_a_mark_that_grew_old_lets_it_begin_anew_and_not_for_ever(self, started, directory):
        def stale(what, resume):
            if (what, resume) == ("people", "2"):
                raise SourceBroken("no such page any more")

        directory.before = stale
        at = clock.now()
        for _attempt in range(reading.ANEW_AFTER * reading.MOST_BEGINNINGS):
            with clock.frozen(at):
                reading.read_job(run_id=started)
            at += timedelta(hours=2)
        run = run_of(started)
        assert (run.state, run.counts["begun"], run.pages) == (RunState.FAILED, reading.MOST_BEGINNINGS, 6)
        assert directory.asked.count(("departments", None)) == reading.MOST_BEGINNINGS
        assert staged(started) == 0

    def test_after_beginning_anew_everybody_is_there_once(self, started, directory):
        for left in range(reading.ANEW_AFTER):
            directory.before = once("people", "2", SourceBroken("no such page any more"))
            with clock.frozen(clock.now() + timedelta(hours=2 * left)):
                reading.read_job(run_id=started)
        assert staged(started) == 0
        with clock.frozen(clock.now() + timedelta(hours=9)):
            reading.sweep()
            run_waiting_jobs()
        assert (run_of(started).state, run_of(started).counts["found"]) == (RunState.PLANNED, 3)

    def test_tokens_that_were_renewed_do_not_undo_what_a_person_entered(self, live, directory):
        with transaction(SYSTEM) as tx:
            connection = connect(tx)
            connection.settings = seal(connection.id, {"token": "1"})
            tx.session.flush()
        keep = reading.keeper(connection.id, {"token": "1"})
        for renewed, entered, after in (("2", None, "2"), ("3", "mine", "mine")):
            with transaction(SYSTEM) as tx:
                if entered:
                    tx.get(DirectoryConnection, connection.id).settings = seal(connection.id, {"token": entered})
            keep({"token": renewed})
            with transaction(SYSTEM) as tx:
                assert opened(tx.get(DirectoryConnection, connection.id)) == {"token": after}

    @pytest.mark.parametrize(
        ("error", "message"), [(SourceRefused("key refused"), "key refused"), (ValueError("x"), ending.FAULT)]
    )
    def test_what_a_person_has_to_mend_fails_at_once(self, started, directory, error, message):
        directory.before = once("people", None, error)
        reading.read_job(run_id=started)
        run = run_of(started)
        assert (run.state, run.message, staged(started)) == (RunState.FAILED, message, 0)
        with transaction(SYSTEM) as tx:
            (row,) = runs.list_runs(tx, runs.RunsAsk(id=started)).rows
        assert run.values.get("fault_id", "") in row.message
        assert "{" not in row.message

    def test_a_field_that_the_vendor_does_not_have_clears_nothing(self, live, directory, monkeypatch):
        monkeypatch.setattr(type(directory), "fields", {"family": "姓"})
        run_id = begin()
        reading.read_job(run_id=run_id)
        assert (run_of(run_id).message, directory.asked) == (reading.UNMAPPED, [])


class TestNightly:
    def test_begins_what_is_wanted_and_applies_what_may_be(self, live, directory):
        directory.people_ = [person("1")]
        with transaction(SYSTEM) as tx:
            for name, what in (("a", Nightly.OFF), ("b", Nightly.LOOK), ("c", Nightly.APPLY)):
                connect(tx, name=name, nightly=what)
        runs.nightly()
        runs.nightly()  # what is at work is not begun twice
        run_waiting_jobs()
        with transaction(SYSTEM) as tx:
            states = list(tx.execute(select(DirectoryRun.state).order_by(DirectoryRun.id)).scalars())
            assert states == [RunState.PLANNED, RunState.APPLIED]
            assert tx.scalar(select(func.count()).where(Person.code == "D1")) == 1
