"""Reading a directory page by page: pauses, answers that cannot be read, workers that die, and one over real HTTP."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from core import clock
from core.actor import Actor
from core.database import transaction
from core.jobs import run_waiting_jobs
from data.models.directory import DirectoryRun, Nightly, RunState, StagedPerson
from data.models.people import Person
from services.directory import reading, runs, sources
from services.directory.sources import FoundPerson, Page, SourceBroken, SourceBusy, SourceRefused
from tests.services.directory.conftest import connect
from tests.services.directory.given import FIELDS, person

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

    @pytest.mark.parametrize(
        ("error", "message"), [(SourceRefused("key refused"), "key refused"), (ValueError("x"), reading.FAULT)]
    )
    def test_what_a_person_has_to_mend_fails_at_once(self, started, directory, error, message):
        directory.before = once("people", None, error)
        reading.read_job(run_id=started)
        run = run_of(started)
        assert (run.state, run.message, staged(started)) == (RunState.FAILED, message, 0)

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


class OverHttp:
    """A directory behind a small server: pages by a mark, as JSON."""

    fields = FIELDS

    def __init__(self, url, client):
        self._url, self._client = url, client

    def departments(self, _resume):
        return Page((), None)

    def people(self, resume):
        answer = self._client.get(self._url, params={"after": resume or ""})
        if answer.status_code == 429:
            raise SourceBusy("slow down", retry_after=float(answer.headers["retry-after"]))
        found = answer.json()
        rows = tuple(FoundPerson(key, f"D{key}", {"family": "姓", "given": key}, (), False) for key in found["rows"])
        return Page(rows, found["next"])


@contextmanager
def serving(keys, size):
    """Serve people in pages; the second page is refused once with 429."""
    refused = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            at = int(parse_qs(urlsplit(self.path).query).get("after", ["0"])[0] or 0)
            if at and not refused:
                refused.append(at)
                self.send_response(429)
                self.send_header("Retry-After", "30")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            more = str(at + size) if at + size < len(keys) else None
            body = json.dumps({"rows": keys[at : at + size], "next": more}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_what):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/people"
    finally:
        server.shutdown()
        server.server_close()


def test_over_http_with_a_pause_in_the_middle_it_is_all_there_once(live, monkeypatch):
    keys = [f"{at:03}" for at in range(250)]
    with serving(keys, 100) as url:
        monkeypatch.setattr(sources, "source_of", lambda _kind, _settings, client, _renewed: OverHttp(url, client))
        run_id = begin(nightly=Nightly.APPLY)
        at = clock.now()
        with clock.frozen(at):
            reading.read_job(run_id=run_id)
        assert staged(run_id) == 100
        with clock.frozen(at + timedelta(seconds=31)):
            reading.sweep()
            run_waiting_jobs()
    with transaction(SYSTEM) as tx:
        assert tx.scalar(select(func.count()).where(Person.family_name == "姓")) == 250
    assert run_of(run_id).state is RunState.APPLIED
