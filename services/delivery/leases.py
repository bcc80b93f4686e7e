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

import structlog
from sqlalchemy import ColumnElement, DateTime, and_, cast, func, or_, select, update

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


def end_pass(tx: Transaction, lease: Lease, pause: timedelta) -> None:
    """Close a chunk, or have it taken once more after a pause when some of its mails failed for now."""
    tx.get(Mailing, lease.mailing_id, lock=True)
    open_rows = _rows(lease) & Delivery.state.in_([DeliveryState.WAITING, DeliveryState.SENDING])
    if tx.scalar(select(Delivery.id).where(open_rows).limit(1)) is not None:
        again = {"state": ChunkState.WAITING, "owner": None, "lease_until": func.now() + pause}
        tx.execute(update(Chunk).where(_mine(lease)).values(**again, passes=Chunk.passes + 1))
        return
    done = {"state": ChunkState.DONE, "owner": None, "lease_until": None}
    if tx.changed_rows(update(Chunk).where(_mine(lease)).values(**done, passes=Chunk.passes + 1)):
        finish_if_done(tx, lease.mailing_id)


def finish_if_done(tx: Transaction, mailing_id: int) -> bool:
    """End a mailing none of whose chunks is left, and tell it; the mailing is locked, so exactly one worker does."""
    mailing = tx.get(Mailing, mailing_id, lock=True)
    if mailing is None or mailing.state is not MailingState.SENDING or mailing.to_come:
        return False
    left = select(Chunk.id).where(Chunk.mailing_id == mailing_id, Chunk.state != ChunkState.DONE).limit(1)
    if tx.scalar(left) is not None:
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


def _until() -> ColumnElement[datetime]:
    return func.now() + timedelta(seconds=settings().lease_seconds)


def _mine(lease: Lease) -> ColumnElement[bool]:
    return and_(Chunk.id == lease.chunk_id, Chunk.owner == lease.owner, Chunk.state == ChunkState.LEASED)


def _rows(lease: Lease) -> ColumnElement[bool]:
    return and_(Delivery.mailing_id == lease.mailing_id, Delivery.id.between(lease.low, lease.high))
