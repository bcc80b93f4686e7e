"""Deliveries of which nobody knows whether they were sent (不明): sent again only when a person says so."""

from sqlalchemy import case, select, update

from core import progress
from core.transaction import Transaction
from data.models.delivery import Chunk, ChunkState, Delivery, DeliveryState, Mailing, MailingState
from services.delivery.far import MAILING
from services.delivery.sending import enqueue_senders


def send_unknown_again(tx: Transaction, broadcast_id: int) -> int:
    """Have everything sent again of which nobody knows whether it was; return how many messages that are.

    The caller holds the broadcast for steering; messages of mailings that a person stopped wait with the rest.
    """
    # Locks are taken in one order, here as in the sending: mailing, chunk, delivery.
    of_broadcast = select(Mailing.id).where(Mailing.broadcast_id == broadcast_id)
    ids = tx.session.scalars(of_broadcast.order_by(Mailing.id).with_for_update()).all()
    unknown = Delivery.mailing_id.in_(ids) & (Delivery.state == DeliveryState.UNKNOWN)
    concerned = select(Delivery.id).where(
        unknown, Delivery.mailing_id == Chunk.mailing_id, Delivery.id.between(Chunk.low, Chunk.high)
    )
    # Who has leased one sees at its end that its passes were set anew, and leaves it to be taken once more.
    is_done = Chunk.state == ChunkState.DONE
    opened = tx.session.scalars(
        update(Chunk)
        .where(Chunk.mailing_id.in_(ids), Chunk.state.in_([ChunkState.DONE, ChunkState.LEASED]), concerned.exists())
        .values(state=case((is_done, ChunkState.WAITING), else_=Chunk.state), passes=case((is_done, 0), else_=-1))
        .returning(Chunk.mailing_id)
    ).all()
    waiting = {"state": DeliveryState.WAITING, "reason": None, "permanent": None, "updated_at": tx.now}
    count = tx.changed_rows(update(Delivery).where(unknown).values(waiting))
    finished = Mailing.id.in_(set(opened)) & (Mailing.state == MailingState.FINISHED)
    again = {"state": MailingState.SENDING, "finished_at": None}
    for mailing_id in tx.session.scalars(update(Mailing).where(finished).values(again).returning(Mailing.id)).all():
        progress.begin(tx, MAILING, subject=f"mailing:{mailing_id}", running=True)
    enqueue_senders(tx, sorted(set(opened)))
    return count
