"""Stopping and going on without a person (自動停止): for what was opened automatically, when its cause is taken back.

Plain functions for the rooms above; ``sending`` has the operations that people use.
"""

from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastState
from services import delivery


def halt(tx: Transaction, broadcast_id: int) -> bool:
    """Stop what is still being sent; say whether anything was. What has gone out stays out."""
    delivery.stop(tx, broadcast_id)  # mailing before broadcast, as a mailing that finishes locks them
    return _moved(tx, broadcast_id, BroadcastState.SENDING, BroadcastState.STOPPED)


def go_on(tx: Transaction, broadcast_id: int) -> bool:
    """Go on with what ``halt`` stopped; say whether it stood still. Nobody is asked twice."""
    delivery.resume(tx, broadcast_id)
    return _moved(tx, broadcast_id, BroadcastState.STOPPED, BroadcastState.SENDING)


def _moved(tx: Transaction, broadcast_id: int, before: BroadcastState, after: BroadcastState) -> bool:
    tx.session.flush()
    row = tx.get(Broadcast, broadcast_id, lock=True)
    if row is None or row.state is not before:
        return False
    row.state, row.version = after, row.version + 1
    tx.session.flush()
    tx.note(f"broadcast:{broadcast_id}", before, after)
    return True
