"""A worker or PostgreSQL is killed with SIGKILL at a random point of a broadcast to 20,000 people.

The ledger is compared with what the sink really took: under *again* everybody is reached once or more; under *leave*
nobody is reached twice, and of whom nobody knows is counted as *unknown*.
"""

import random
import signal
import time
from collections import Counter
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

import core.database
from core.actor import Actor
from core.database import transaction
from core.postgres import throwaway_postgres
from data.models.audience import AudiencePart
from data.models.broadcasts import Broadcast, QuestionForm, Recipient
from data.models.delivery import Chunk, ChunkState, Delivery, DeliveryState, Mailing, MailingState
from data.models.people import Person
from data.models.replies import ReplyTotal
from services.broadcasts import form_row, open_automatic, questions_of
from services.delivery import counts
from services.delivery.providers.smtp_opening import CONNECTIONS
from services.delivery.recorder import FLUSH_ROWS
from services.delivery.turn import MARKED_AT_ONCE
from tests.conftest import memory
from tests.faults.stage import FastSink, copy_of, kill_server, make_people
from tests.processes import python, until
from tests.services.delivery.stage import use_smtp

PEOPLE = 20_000
WORKERS = 2
QUICK = {
    "RENRAKU_LEASE_SECONDS": "2",
    "RENRAKU_WORKER_HEARTBEAT_SECONDS": "0.3",
    "RENRAKU_WORKER_LOST_SECONDS": "1.5",
    "RENRAKU_LOG_LEVEL": "ERROR",
}
LONG = [pytest.mark.long, pytest.mark.timeout(300)]
ALWAYS = {1: ("worker", True), 2: ("worker", False), 3: ("postgres", True)}


def system():
    return transaction(Actor.system("test"))


@pytest.fixture(scope="module")
def own_server():
    """A PostgreSQL that may be killed."""
    with throwaway_postgres(memory()) as server:
        make_people(server, PEOPLE)
        yield server


@pytest.mark.timeout(170)
@pytest.mark.parametrize("seed", [1, 2, 3, *(pytest.param(seed, marks=LONG) for seed in range(4, 204))])
def test_the_ledger_says_what_the_sink_took(own_server, seed, tmp_path, monkeypatch):
    chance = random.Random(seed)
    victim, again = ALWAYS.get(seed) or (chance.choice(["worker", "postgres"]), chance.random() < 0.5)
    kill_at = chance.randrange(1, PEOPLE * 9 // 10)
    with copy_of(own_server, tmp_path, monkeypatch), FastSink() as sink, ExitStack() as running:
        broadcast_id = opened(sink.port, again=again)
        workers = [running.enter_context(python("manage.py", "worker", **QUICK)) for _ in range(WORKERS)]
        until(lambda: sink.count.mails >= kill_at, within=60)
        if victim == "worker":
            chance.choice(workers).send_signal(signal.SIGKILL)
        else:
            kill_server(own_server)
            until(lambda: not own_server.is_running(), within=20)
            own_server.start()
            core.database.engine().dispose()
        end = time.monotonic() + 90
        while not is_finished():
            assert time.monotonic() < end, f"seed {seed}: {victim} killed at {kill_at}, it does not come to an end"
            for at, worker in enumerate(workers):
                if worker.poll() is not None:  # whoever starts workers starts another one
                    workers[at] = running.enter_context(python("manage.py", "worker", **QUICK))
            time.sleep(0.1)
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(20)
        check(sink, broadcast_id, again=again)


def opened(port: int, *, again: bool) -> int:
    with system() as tx:
        use_smtp(tx, port)
        form = tx.session.scalars(select(QuestionForm).where(QuestionForm.sample == "safety")).one()
        broadcast_id = open_automatic(
            tx, title="地震", subject="地震", body="{name} 様 {reply_url}",
            form=form_row(form, questions_of(tx, form.id)), person_ids=select(Person.id), cause="quake",
        )  # fmt: skip
        tx.execute(update(Broadcast).values(again=again))
        tx.execute(update(Mailing).values(again=again))
        return broadcast_id


def is_finished() -> bool:
    try:
        with system() as tx:
            return tx.scalar(select(Mailing.state)) is MailingState.FINISHED
    except DBAPIError:
        return False  # it is recovering


def check(sink: FastSink, broadcast_id: int, *, again: bool) -> None:
    """Compare the ledger with what really arrived."""
    with system() as tx:
        rows = tx.execute(select(Delivery.address, Delivery.state)).all()
        assert tx.scalar(select(func.count()).where(Chunk.state != ChunkState.DONE)) == 0
        assert tx.scalar(select(func.count()).select_from(AudiencePart)) == 0
        assert tx.scalar(select(func.count()).select_from(Recipient)) == PEOPLE
        assert tx.scalar(select(func.sum(ReplyTotal.asked)).where(ReplyTotal.kind == "department")) == PEOPLE
        told = counts(tx, broadcast_id)[0].counts
    state = {int(row.address[1:].partition("@")[0]): row.state for row in rows}
    assert len(rows) == len(state) == PEOPLE
    assert told == Counter(state.values()), "the kept counts are what is counted"
    times = {number: sink.times(number) for number in state}
    assert sum(times.values()) == sink.count.mails, "somebody was reached who was not asked"
    missed = [number for number, taken in times.items() if not taken and state[number] is not DeliveryState.UNKNOWN]
    assert not missed, "the ledger says that somebody was reached who was not"
    twice = sink.count.mails - sum(1 for taken in times.values() if taken)
    if again:
        assert set(told) == {DeliveryState.ACCEPTED}
        # Each worker had one window being recorded, one open, and what its connections carried.
        assert twice <= WORKERS * (2 * FLUSH_ROWS + CONNECTIONS)
        return
    assert set(told) <= {DeliveryState.ACCEPTED, DeliveryState.UNKNOWN}
    assert twice == 0, "nobody gets twice what may be left out"
    assert told.get(DeliveryState.UNKNOWN, 0) <= WORKERS * (MARKED_AT_ONCE + 2 * FLUSH_ROWS + CONNECTIONS)
