"""Chunks and their leases: one worker at a time has one, and keeps it only while it lives.

Times are the database's own, since workers on several machines must agree on them.
"""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import BindParameter, ColumnElement, DateTime, and_, cast, func, or_, select, update

from core import progress
from core.database import transaction
from core.jobs import enqueue
from core.settings import settings
from core.transaction import Transaction
from data.models.delivery import Channel, Chunk, ChunkState, Delivery, DeliveryState, Mailing, MailingState
from services.delivery.acting import SENDER
from services.delivery.contacts import note_works
from services.delivery.totals import totals
from services.events import MailingFinished

log = structlog.get_logger("delivery")


@dataclass(frozen=True, slots=True)
class Lease:
    """A chunk that this worker may send: deliveries ``low`` to ``high``; ``passes`` went over it before."""

    chunk_id: int
    mailing_id: int
    channel: Channel
    low: int
    high: int
    passes: int
    owner: str


def new_owner() -> str:
    """Return a name that no other worker has, and that tells people where it runs."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def free() -> ColumnElement[bool]:
    """Return the condition on ``chunk`` that holds for those that anybody may take: due, or left by a dead worker."""
    due = or_(Chunk.lease_until.is_(None), Chunk.lease_until <= func.now())
    return or_(
        and_(Chunk.state == ChunkState.WAITING, due),
        and_(Chunk.state == ChunkState.LEASED, Chunk.lease_until <= func.now()),
    )


def awake(now: datetime) -> ColumnElement[bool]:
    """Return the condition on ``chunk`` and its ``mailing`` that its channel's provider may be asked at this moment."""
    until = Mailing.resting[Chunk.channel].astext
    return or_(until.is_(None), cast(until, DateTime(timezone=True)) <= now)


def take(tx: Transaction, mailing_id: int, owner: str) -> Lease | None:
    """Lease the first free chunk of a mailing that is being sent, or return None."""
    first = (
        select(Chunk.id)
        .join(Mailing, Mailing.id == Chunk.mailing_id)
        .where(Chunk.mailing_id == mailing_id, Mailing.state == MailingState.SENDING, free(), awake(tx.now))
        .order_by(Chunk.low)
        .limit(1)
        .with_for_update(of=Chunk, skip_locked=True)
        .scalar_subquery()
    )
    taken = tx.execute(
        update(Chunk)
        .where(Chunk.id == first)
        .values(state=ChunkState.LEASED, owner=owner, lease_until=_until())
        .returning(Chunk.id, Chunk.mailing_id, Chunk.channel, Chunk.low, Chunk.high, Chunk.passes)
    ).first()
    if taken is None:
        return None
    return Lease(
        taken.id, taken.mailing_id, Channel(taken.channel), taken.low, taken.high, taken.passes, owner
    )  # fmt: skip


def keep(tx: Transaction, lease: Lease) -> bool:
    """Prolong a lease; False means that it is lost, or that nothing more may be sent: stopped, closed."""
    state = tx.scalar(
        update(Chunk)
        .where(_mine(lease), Mailing.id == Chunk.mailing_id)
        .values(lease_until=_until())
        .returning(Mailing.state)
    )
    return bool(state == MailingState.SENDING)


def put_down(tx: Transaction, lease: Lease, *, sure: bool = True) -> None:
    """Give a chunk back before its end, to be taken again at once; what was not sent waits again.

    ``sure``: what is marked as being sent was surely not accepted. Else it is left to the policy of whoever takes it.
    """
    values = {"state": ChunkState.WAITING, "owner": None, "lease_until": None}
    if tx.changed_rows(update(Chunk).where(_mine(lease)).values(values)) and sure:
        tx.execute(
            update(Delivery)
            .where(_rows(lease), Delivery.state == DeliveryState.SENDING)
            .values(state=DeliveryState.WAITING, updated_at=tx.now)
        )


def end_pass(tx: Transaction, lease: Lease, pause: timedelta, *, left: bool) -> None:
    """Close a chunk, or have it taken once more after a pause when some of it (``left``) failed for now.

    Whoever ends the last one ends the mailing afterwards (``finish_if_done``): locking it here would let the sending
    wait for those who add people. A chunk whose ``passes`` were set anew meanwhile has something to be sent again.
    """
    closed: dict[str, Any] = {"state": ChunkState.DONE, "owner": None, "lease_until": None, "passes": Chunk.passes + 1}
    whole = update(Chunk).where(_mine(lease), Chunk.passes == lease.passes).values(closed)
    if not left and tx.changed_rows(whole):
        return
    # The chunk before its deliveries: what somebody who holds it has written to them is seen then.
    if tx.scalar(select(Chunk.id).where(_mine(lease)).with_for_update()) is None:
        return
    open_rows = _rows(lease) & Delivery.state.in_([DeliveryState.WAITING, DeliveryState.SENDING])
    if tx.scalar(select(Delivery.id).where(open_rows).limit(1)) is not None:
        closed |= {"state": ChunkState.WAITING, "lease_until": func.now() + pause}
    tx.execute(update(Chunk).where(_mine(lease)).values(closed))


def done() -> ColumnElement[bool]:
    """Return the condition on ``mailing`` that it is being sent, but nothing of it is left to send."""
    left = select(Chunk.id).where(Chunk.mailing_id == Mailing.id, Chunk.state != ChunkState.DONE).exists()
    return and_(Mailing.state == MailingState.SENDING, Mailing.to_come == 0, ~left)


def grows(tx: Transaction, mailing_id: int) -> bool:
    """Say whether people are still being added to a mailing that is being sent."""
    adding = (Mailing.id == mailing_id) & (Mailing.state == MailingState.SENDING) & (Mailing.to_come > 0)
    return tx.scalar(select(Mailing.id).where(adding)) is not None


def finish_if_done(tx: Transaction, mailing_id: int) -> bool:
    """End a mailing none of whose chunks is left, and tell it; the mailing is locked, so exactly one worker does."""
    over = select(Mailing.id).where(Mailing.id == mailing_id, done())
    if tx.scalar(over) is None:  # one look without the lock, which somebody who adds people may hold
        return False
    mailing = tx.get(Mailing, mailing_id, lock=True)
    if mailing is None or tx.scalar(over) is None:
        return False
    mailing.state, mailing.finished_at = MailingState.FINISHED, tx.now
    mailing.trouble = mailing.retry_at = None
    mailing.resting = {}
    mailing.failed = sum(
        count for _, _, state, count in totals(tx, Mailing.id == mailing_id) if state is DeliveryState.FAILED
    )
    tx.session.flush()
    progress.finish_about(tx, [f"mailing:{mailing_id}"])
    enqueue(tx, note_works, mailing_id=mailing_id)
    tx.tell(MailingFinished(mailing.broadcast_id))
    return True


@contextmanager
def kept_alive(lease: Lease) -> Iterator[None]:
    """Keep a lease while a provider takes long to answer; this ends with the process, and then the lease runs out."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(lease, over), name="lease heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(lease: Lease, over: threading.Event) -> None:
    while not over.wait(settings().lease_seconds / 3):
        try:
            with transaction(SENDER) as tx:
                keep(tx, lease)
        except Exception as error:  # noqa: BLE001 - the sending itself meets the same trouble and says so
            log.warning("could not prolong a lease", chunk=lease.chunk_id, error=str(error))


def of_mailing(mailing_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return the condition on a range of deliveries that holds for those of a mailing.

    Not by its index: PostgreSQL knows nothing yet of a mailing that just began, and would rather read all of it than
    the range.
    """
    return Delivery.mailing_id + 0 == mailing_id


def _until() -> ColumnElement[datetime]:
    return func.now() + timedelta(seconds=settings().lease_seconds)


def _mine(lease: Lease) -> ColumnElement[bool]:
    return and_(Chunk.id == lease.chunk_id, Chunk.owner == lease.owner, Chunk.state == ChunkState.LEASED)


def _rows(lease: Lease) -> ColumnElement[bool]:
    return and_(of_mailing(lease.mailing_id), Delivery.id.between(lease.low, lease.high))
