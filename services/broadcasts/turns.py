"""Which channels of a broadcast had no turn yet, and when the next one is due (送信手順, N04)."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.transaction import Transaction
from data.models.broadcasts import Broadcast
from data.models.delivery import Channel, Mailing

EARLY = "early"
"""Stands among the channels to come for the SMS to those whom nothing else can reach."""


def begin(tx: Transaction, broadcast: Broadcast, mailing_id: int) -> None:
    """Note which channels are to follow the first mailing of a round."""
    mailing = tx.get(Mailing, mailing_id)
    assert mailing is not None  # opened in this transaction
    later = [channel for channel, minutes in broadcast.waits.items() if minutes or channel == Channel.SMS]
    mailing.still_to_come = [*([EARLY] if Channel.SMS in later else []), *later]
    note_next(tx, broadcast)


def note_next(tx: Transaction, broadcast: Broadcast) -> None:
    """Note when the next channel of a broadcast is due, so that nobody has to look for it."""
    tx.session.flush()
    moments = [
        due_at(broadcast, mailing, channel) for mailing in begun(tx, broadcast.id) for channel in mailing.still_to_come
    ]
    broadcast.escalates_at = min(moments, default=None)
    tx.session.flush()


def begun(tx: Transaction, broadcast_id: int) -> list[Mailing]:
    """Return the mailings of a broadcast that others are to follow, the first one first."""
    waits = func.jsonb_array_length(Mailing.still_to_come) > 0
    found = select(Mailing).where(Mailing.broadcast_id == broadcast_id, waits).order_by(Mailing.round)
    return list(tx.session.scalars(found))


def due_at(broadcast: Broadcast, mailing: Mailing, channel: str) -> datetime:
    """Return when a channel has its turn after a mailing."""
    minutes = 0 if channel == EARLY else broadcast.waits[channel]
    return mailing.created_at + timedelta(minutes=minutes)
