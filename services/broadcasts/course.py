"""How far a broadcast is on its way through the channels (送信手順の進み具合, N04)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, cast, func, select

from core.inputs import Row
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.delivery import Channel, DeliveryState, Mailing
from services import delivery
from services.broadcasts.procedures import steps_of
from services.broadcasts.turns import begun


class Turn(Row):
    """A channel of a broadcast: when its turn is or was, for those asked first; messages sent by it or about to be.

    ``capped`` people were left out because of the limit on cost. ``off``: the channel is not switched on.
    """

    channel: Channel
    minutes: int
    at: datetime | None
    still_to_come: bool
    off: bool
    messages: int
    capped: int


def course(tx: Transaction, broadcast: Broadcast, rounds: Sequence[delivery.Round]) -> list[Turn]:
    """Return the channels of a broadcast in the order of their turns; nothing where it goes by mail only."""
    channels = [(minutes, channel) for minutes, group in steps_of(broadcast.waits) for channel in group]
    if [channel for _minutes, channel in channels] == [Channel.MAIL]:
        return []
    to_come = {channel for mailing in begun(tx, broadcast.id) for channel in mailing.still_to_come}
    off = delivery.switched_off(tx, [channel for _minutes, channel in channels])
    sent: Counter[str] = Counter()
    for one in rounds:
        for channel, counts in one.channels.items():
            sent[channel] += sum(count for state, count in counts.items() if state is not DeliveryState.NOT_SENT)
    capped = _capped(tx, broadcast.id)
    over = broadcast.state is BroadcastState.CLOSED
    return [
        Turn(
            channel=channel, minutes=minutes, still_to_come=channel in to_come and not over, off=channel in off,
            at=broadcast.sent_at + timedelta(minutes=minutes) if broadcast.sent_at else None,
            messages=sent[channel], capped=capped.get(channel, 0),
        )
        for minutes, channel in channels
    ]  # fmt: skip


def _capped(tx: Transaction, broadcast_id: int) -> dict[str, int]:
    left_out = cast(func.max(Mailing.capped), BigInteger)
    rows = tx.execute(
        select(Mailing.by, left_out)
        .where(Mailing.broadcast_id == broadcast_id, Mailing.by.is_not(None))
        .group_by(Mailing.by)
    )
    return {row[0]: row[1] for row in rows}
