"""The queue joins the caller's transaction, and nothing is lost with a worker that dies."""

import os
import signal
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from core import clock, jobs
from core.actor import Actor
from core.database import libpq_url, transaction
from tests.core.held_jobs import chain, hold, until_stopped, write
from tests.processes import python, until

WORKER = ("-c", "import tests.core.held_jobs; from core import jobs; jobs.run_worker(2)")
QUICK = {"RENRAKU_WORKER_HEARTBEAT_SECONDS": "0.2", "RENRAKU_WORKER_LOST_SECONDS": "1"}


@pytest.fixture
def lines(tmp_path):
    """The file that the jobs write, as lines."""
    path = tmp_path / "lines"
    return lambda: path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "lines")


@pytest.fixture
def gate(tmp_path):
    """A named pipe: who reads it waits until somebody writes."""
    pipe = tmp_path / "gate"
    os.mkfifo(pipe)
    return pipe


def system():
    return transaction(Actor.system("test"))


def waiting() -> int:
    with system() as tx:
        return tx.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'test.%'"))


class TestEnqueue:
    def test_a_job_exists_exactly_when_the_change_does(self, live, path, lines):
        with suppress(ZeroDivisionError), system() as tx:
            jobs.enqueue(tx, write, path=path, text="lost")
            raise ZeroDivisionError
        with system() as tx:
            jobs.enqueue(tx, write, path=path, text="kept")
            assert waiting() == 0, "seen before the commit"
        jobs.run_waiting_jobs()
        assert lines() == ["kept"]

    def test_once_means_that_only_one_of_the_name_waits(self, live, path, lines):
        with system() as tx:
            jobs.enqueue(tx, write, once="one", path=path, text="first")
            jobs.enqueue(tx, write, once="one", path=path, text="second")
            jobs.enqueue(tx, write, once="other", path=path, text="third")
        jobs.run_waiting_jobs()
        assert lines() == ["first", "third"]
        with system() as tx:
            jobs.enqueue(tx, write, once="one", path=path, text="later")
        jobs.run_waiting_jobs()
        assert lines() == ["first", "third", "later"]

    def test_a_refused_one_leaves_the_transaction_usable(self, live, path):
        with system() as tx:
            for _ in range(2):
                jobs.enqueue(tx, write, once="one", path=path, text="x")
            assert tx.scalar(text("SELECT 1")) == 1
        assert waiting() == 1

    def test_a_job_enqueues_the_next_one(self, live, path, lines):
        with system() as tx:
            jobs.enqueue(tx, chain, path=path, left=3)
        jobs.run_waiting_jobs()
        assert lines() == ["3", "2", "1", "0"]

    def test_what_succeeded_is_not_kept(self, live, path):
        with system() as tx:
            jobs.enqueue(tx, write, path=path, text="x")
        jobs.run_waiting_jobs()
        assert waiting() == 0

    def test_a_declared_job_can_be_called(self, path, lines):
        write(path=path, text="here and now")
        assert lines() == ["here and now"]


class TestWorker:
    def test_alive_while_it_works_and_not_after(self, live):
        with system() as tx:
            assert not jobs.worker_alive(tx)
        with python(*WORKER, **QUICK) as worker:
            until(alive)
            with clock.frozen(clock.now() + timedelta(minutes=1)):
                assert not alive(), "a sign of life a minute ago is none"
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(10) == 0
        assert not alive()

    def test_jobs_of_a_killed_worker_are_taken_up(self, live, path, gate, lines):
        with system() as tx:
            jobs.enqueue(tx, hold, once="held", path=path, gate=str(gate))
        with python(*WORKER, **QUICK) as worker:
            until(lambda: lines() == ["began"])
            worker.send_signal(signal.SIGKILL)
        with python(*WORKER, **QUICK):
            until(lambda: lines() == ["began", "began"])
            Path(gate).write_text("through")
            until(lambda: lines()[2:] == ["through"] and waiting() == 0)

    def test_one_that_waits_already_does_the_work_of_a_stalled_one(self, live, path, gate, lines):
        with system() as tx:
            jobs.enqueue(tx, hold, once="held", alone="held", path=path, gate=str(gate))
        with python(*WORKER, **QUICK) as worker:
            until(lambda: lines() == ["began"])
            worker.send_signal(signal.SIGKILL)
        with system() as tx:
            jobs.enqueue(tx, write, once="held", alone="held", path=path, text="instead")
            jobs.enqueue(tx, write, path=path, text="after")
        with python(*WORKER, **QUICK):
            until(lambda: waiting() == 0)
        assert sorted(lines()) == ["after", "began", "instead"]

    def test_two_that_must_be_alone_never_run_together(self, live, path, gate, lines):
        with system() as tx:
            jobs.enqueue(tx, hold, alone="me", path=path, gate=str(gate))
            jobs.enqueue(tx, write, alone="me", path=path, text="second")
            jobs.enqueue(tx, write, path=path, text="beside")
        with python(*WORKER, **QUICK):
            until(lambda: lines() == ["began", "beside"])
            Path(gate).write_text("through")
            until(lambda: lines()[2:] == ["through", "second"])

    def test_a_long_job_hears_that_the_worker_is_stopped(self, live, path, lines):
        with system() as tx:
            jobs.enqueue(tx, until_stopped, path=path)
        with python(*WORKER, **QUICK) as worker:
            until(lambda: lines() == ["began"])
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(10) == 0
        assert lines() == ["began", "stopped"]

    def test_ends_with_an_error_when_its_database_is_gone(self, live):
        with python(*WORKER, **QUICK) as worker:
            until(alive)
            with psycopg.connect(libpq_url(live.owner_url), autocommit=True) as owner:
                owner.execute(f'ALTER DATABASE "{owner.info.dbname}" CONNECTION LIMIT 0')
            with live.engine.connect() as connection:
                workers = "FROM pg_stat_activity WHERE application_name = 'renraku worker'"
                connection.execute(text(f"SELECT pg_terminate_backend(pid) {workers}"))
            assert worker.wait(20) == 1


def alive() -> bool:
    with system() as tx:
        return jobs.worker_alive(tx)
