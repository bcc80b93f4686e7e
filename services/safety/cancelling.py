"""A cancel (取消) of an earthquake: what still waits is not sent; what went out cannot be called back."""

from collections.abc import Sequence

from sqlalchemy import select, update

from core.transaction import Transaction
from data.models.delivery import DeliveryState
from data.models.safety import QuakeBroadcast, Verdict
from services import broadcasts, delivery
from services.safety import decisions
from services.safety.decisions import Decision
from services.safety.telegrams import WhyNot

GONE_OUT = (DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)


def cancel(tx: Transaction, events: Sequence[str], telegram_id: int) -> list[Decision]:
    """Stop every broadcast of these earthquakes that is still being sent, and return what was done about each."""
    of_events = select(QuakeBroadcast.broadcast_id).where(QuakeBroadcast.event_id.in_(events)).distinct()
    opened = tx.execute(of_events.order_by(QuakeBroadcast.broadcast_id)).scalars().all()
    nothing = Decision(verdict=Verdict.SILENT, message=WhyNot.CANCEL.message)
    return [_stop(tx, broadcast_id, telegram_id) for broadcast_id in opened] or [nothing]


def go_on(tx: Transaction, cancelled: Sequence[QuakeBroadcast]) -> bool:
    """Let broadcasts that a cancel stopped go on, since a newer telegram came; say whether one did."""
    ids = sorted({one.broadcast_id for one in cancelled})
    forget = update(QuakeBroadcast).where(QuakeBroadcast.broadcast_id.in_(ids)).values(cancelled_by=None)
    tx.execute(forget)
    went_on = [broadcasts.go_on(tx, broadcast_id) for broadcast_id in ids]
    return any(went_on)


def _stop(tx: Transaction, broadcast_id: int, telegram_id: int) -> Decision:
    stopped = broadcasts.halt(tx, broadcast_id)
    if stopped:
        noted = update(QuakeBroadcast).where(QuakeBroadcast.broadcast_id == broadcast_id)
        tx.execute(noted.values(cancelled_by=telegram_id))
    waiting, gone = _counts(tx, broadcast_id)
    values = {"broadcast": broadcast_id, "waiting": waiting, "gone": gone}
    if stopped:
        message, verdict = decisions.CANCEL_STOPPED, Verdict.STOPPED
    else:
        message, verdict = decisions.CANCEL_HELD if waiting else decisions.CANCEL_GONE, Verdict.SILENT
    return Decision(verdict=verdict, message=message, values=values, broadcast_id=broadcast_id)


def _counts(tx: Transaction, broadcast_id: int) -> tuple[int, int]:
    rounds = delivery.counts(tx, broadcast_id)
    waiting = sum(one.counts.get(DeliveryState.WAITING, 0) for one in rounds)
    return waiting, sum(one.counts.get(state, 0) for one in rounds for state in GONE_OUT)
