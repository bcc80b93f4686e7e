"""A worker is killed with SIGKILL while it sends, and the next one finishes: nobody is skipped, few get it twice."""

import random
import signal
from collections import Counter

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from data.models.delivery import Chunk, ChunkState, Delivery, DeliveryState, Mailing, MailingState
from services.delivery import sending, tokens
from services.delivery.providers.smtp_opening import CONNECTIONS
from services.delivery.recorder import FLUSH_ROWS
from tests.processes import python, until
from tests.services.delivery.stage import make_crowd, open_one, use_smtp
from tests.smtp_sink import Sink, smtp_sink

MAILS = 2_000
QUICK = {
    "RENRAKU_LEASE_SECONDS": "2",
    "RENRAKU_WORKER_HEARTBEAT_SECONDS": "0.3",
    "RENRAKU_WORKER_LOST_SECONDS": "1.5",
}
WORKER = ("manage.py", "worker")


def system():
    return transaction(Actor.system("test"))


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(1, 22))
def test_every_recipient_is_reached(live, seed):
    chance = random.Random(seed)
    kills = sorted(chance.sample(range(50, MAILS - 50), 1 if seed == 1 else chance.randint(1, 4)))
    with smtp_sink() as sink:
        with system() as tx:
            make_crowd(tx, MAILS)
            use_smtp(tx, sink.port)
            open_one(tx)
        for kill_at in kills:
            with python(*WORKER, **QUICK) as worker:
                until(lambda at=kill_at: len(set(sink.message_ids)) >= at, within=60)
                worker.send_signal(signal.SIGKILL)
        with python(*WORKER, **QUICK) as worker:
            until(is_finished, within=60)
            worker.send_signal(signal.SIGTERM)
            worker.wait(20)
        check(sink, kills=len(kills))


def is_finished() -> bool:
    with system() as tx:
        return tx.scalar(select(Mailing.state)) is MailingState.FINISHED


def check(sink: Sink, kills: int) -> None:
    """Compare the ledger with what really arrived."""
    with system() as tx:
        rows = tx.execute(select(Delivery.id, Delivery.address, Delivery.state)).all()
        assert tx.scalar(select(func.count()).where(Chunk.state != ChunkState.DONE)) == 0
    assert {row.state for row in rows} == {DeliveryState.ACCEPTED}
    arrived = Counter(sink.recipients)
    assert set(arrived) == {row.address for row in rows}, "somebody was skipped, or reached who was not asked"
    # Each of a mailing's lanes may have handed over two windows of mails that it did not record any more.
    twice = sum(arrived.values()) - len(arrived)
    assert twice <= kills * sending.LANES * (2 * FLUSH_ROWS + CONNECTIONS)
    assert max(arrived.values()) <= 1 + kills
    expected = {row.address: tokens.message_id(row.id, "example.jp") for row in rows}
    for recipient, message_id in zip(sink.recipients, sink.message_ids, strict=True):
        assert message_id == expected[recipient], "sent twice under different Message-IDs"
