"""The jobs that send (送信): each has a turn at one mailing, several side by side in different workers.

Progress moves on recorded results only. A worker may die anywhere: its lease runs out, and the next one takes up the
chunk where the records end. Jobs name mailings, never people.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

from sqlalchemy import select

from core.database import transaction
from core.jobs import EVERY_FIVE_SECONDS, enqueue, job, workers_alive
from core.transaction import Transaction
from data.models.delivery import Chunk, Mailing, MailingState
from services.delivery import leases
from services.delivery.acting import SENDER
from services.delivery.fields import used_own
from services.delivery.letters import Skeleton
from services.delivery.notes import NoteSkeleton
from services.delivery.receipts.settings import return_base
from services.delivery.sender import current_sender, from_of
from services.delivery.turn import Turn

LANES, MOST_LANES = 2, 8
"""Jobs that send one mailing at the same time: as many as workers are alive, within these. A worker has one of them."""

TRIES, TRY_AGAIN_SECONDS = 5, 0.2
"""How often a worker that has a lane already offers a second one to the others."""

_here: set[int] = set()
_entering = threading.Lock()


@job("delivery.send")
def send_mailing(mailing_id: int, lane: int, offered: int = 0) -> None:
    """Send what waits of a mailing, as long as this turn lasts; the next turn is queued before this one ends."""
    with _entered(mailing_id) as alone:
        if not alone:
            _offer(mailing_id, lane, offered + 1)
            return
        turn = prepare(mailing_id)
        if turn is None:
            return
        with closing(turn):
            if turn.work():
                return
    with transaction(SENDER) as tx:
        _enqueue(tx, mailing_id, lane)


@job("delivery.sweep", periodic=EVERY_FIVE_SECONDS)
def sweep() -> None:
    """Queue the sending of every mailing that has a chunk to take, after a pause or left behind by a dead worker.

    Also of one that nobody ended: its worker died between its last chunk and that.
    """
    with transaction(SENDER) as tx:
        waiting = select(Chunk.id).where(Chunk.mailing_id == Mailing.id, leases.free(), leases.awake(tx.now)).exists()
        found = tx.session.scalars(
            select(Mailing.id).where(Mailing.state == MailingState.SENDING, waiting | leases.done())
        )
        enqueue_senders(tx, found.all())


def enqueue_senders(tx: Transaction, mailing_ids: Iterable[int]) -> None:
    """Queue the sending of mailings, unless it is queued already."""
    lanes = min(max(workers_alive(tx), LANES), MOST_LANES)
    for mailing_id in mailing_ids:
        for lane in range(lanes):
            _enqueue(tx, mailing_id, lane)


def prepare(mailing_id: int) -> Turn | None:
    """Return a turn at a mailing, or None when it is not to be sent now."""
    with transaction(SENDER) as tx:
        mailing = tx.get(Mailing, mailing_id)
        if mailing is None or mailing.state is not MailingState.SENDING:
            return None
        sender, returns = from_of(current_sender(tx)), return_base(tx)
        others = {
            language: (
                Skeleton(
                    sender, text["subject"], text["body"], mailing.constants | {"title": text["title"]}, tx.now,
                    returns=returns,
                ),
                NoteSkeleton(mailing.id, text["subject"], "", mailing.constants | {"title": text["title"]}),
            )
            for language, text in mailing.versions.items()
        }  # fmt: skip
        said = [text[part] for text in mailing.versions.values() for part in ("subject", "body")]
        return Turn(
            mailing,
            Skeleton(sender, mailing.subject, mailing.body, mailing.constants, tx.now, returns=returns),
            NoteSkeleton(mailing.id, mailing.subject, mailing.short_text, mailing.constants),
            used_own(tx, mailing.subject, mailing.body, mailing.short_text, *said),
            others,
        )


@contextmanager
def _entered(mailing_id: int) -> Iterator[bool]:
    """Say whether this process has no lane of a mailing yet: a second one here would only take turns with the first."""
    with _entering:
        alone = mailing_id not in _here
        if alone:
            _here.add(mailing_id)
    try:
        yield alone
    finally:
        if alone:
            _here.discard(mailing_id)


def _offer(mailing_id: int, lane: int, times: int) -> None:
    """Leave a lane to another worker, if there is one; if none takes it, the first lane does the work alone."""
    with transaction(SENDER) as tx:
        others = workers_alive(tx) > 1
    if others and times <= TRIES:
        time.sleep(TRY_AGAIN_SECONDS)
        with transaction(SENDER) as tx:
            _enqueue(tx, mailing_id, lane, offered=times)


def _enqueue(tx: Transaction, mailing_id: int, lane: int, *, offered: int = 0) -> None:
    name = f"delivery.send:{mailing_id}:{lane}"
    # What is offered waits for nobody: behind the job that offers it, only the same worker would find it free.
    alone = f"{name}:{offered}" if offered else name
    enqueue(tx, send_mailing, once=name, alone=alone, mailing_id=mailing_id, lane=lane, offered=offered)
