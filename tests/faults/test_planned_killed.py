"""Workers are killed while planned broadcasts and reminders are due: each goes out once, whoever dies when."""

import random
import signal
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core import jobs
from core.actor import Actor
from core.database import transaction
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.delivery import Mailing
from services.broadcasts.reminding import remind_all_due
from services.broadcasts.scheduling import send_due
from tests.factories import account_of, actor_of
from tests.faults.test_worker_killed import QUICK, WORKER
from tests.processes import python, until
from tests.services.broadcasts.asks import drafted, opened, reachable

PLANNED = 15


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(1, 12))
def test_each_goes_out_once(live_cast, seed):
    chance = random.Random(seed)
    planned, reminding = prepared(live_cast)
    for kill_at in sorted(chance.sample(range(3, 2 * PLANNED - 3), 2)):
        with python(*WORKER, **QUICK) as worker:
            until(lambda at=kill_at: sum(rounds().values()) >= PLANNED + at, within=60)
            worker.send_signal(signal.SIGKILL)
    with python(*WORKER, **QUICK) as worker:
        until(nothing_is_due, within=60)
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)
    went = rounds()
    assert {went[one] for one in planned} == {1}, "one was not sent, or twice"
    assert {went[one] for one in reminding} == {2}, "one was not reminded, or twice"


def prepared(cast):
    """Make drafts that are due, and open broadcasts whose reminder is due; return their numbers."""
    with transaction(Actor.system("test")) as tx:
        reachable(tx, cast.staff)
        actor, account = actor_of(tx, cast.administrator), account_of(tx, cast.administrator).id
    with transaction(actor) as tx:
        to_staff = {"people": [cast.staff.id]}
        drafts = [drafted(tx, title=f"予約{at}", audience=to_staff).id for at in range(PLANNED)]
        running = [opened(tx, title=f"催促{at}", audience=to_staff).id for at in range(PLANNED)]
    with transaction(Actor.system("test")) as tx:
        due = tx.now - timedelta(seconds=1)
        tx.execute(update(Broadcast).where(Broadcast.id.in_(drafts)).values(send_at=due, scheduled_by=account))
        tx.execute(
            update(Broadcast)
            .where(Broadcast.id.in_(running))
            .values(remind_every=60, remind_most=1, remind_at=due, state=BroadcastState.OPEN)
        )
        jobs.enqueue(tx, send_due)
        jobs.enqueue(tx, remind_all_due)
    return drafts, running


def rounds() -> Counter[int]:
    """Return how many mailings each broadcast has."""
    with transaction(Actor.system("test")) as tx:
        rows = tx.execute(select(Mailing.broadcast_id, func.count()).group_by(Mailing.broadcast_id))
        return Counter({row[0]: row[1] for row in rows})


def nothing_is_due() -> bool:
    with transaction(Actor.system("test")) as tx:
        left = (Broadcast.send_at.is_not(None)) | (Broadcast.remind_at.is_not(None))
        return tx.scalar(select(func.count()).select_from(Broadcast).where(left)) == 0
