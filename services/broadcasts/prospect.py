"""What a broadcast would do (見込み, N02): whom it reaches at once, what follows, and what that may cost."""

from collections.abc import Mapping

from sqlalchemy import Select, func, select

from core.inputs import Row
from core.transaction import Transaction
from data.models.people import ContactPoint, ContactState
from services import delivery
from services.broadcasts.procedures import at_once, otherwise, steps_of
from services.delivery import Channel


class Follows(Row):
    """A channel that follows: how many people it would reach if nobody answered, and what that costs at most (yen)."""

    minutes: int
    channel: Channel
    people: int
    yen: int
    off: bool


class Prospect(Row):
    """The forecast of the first message, and what follows."""

    forecast: delivery.Forecast
    follows: list[Follows]

    @property
    def yen(self) -> int:
        """Return what it may cost at most, in yen."""
        return sum(one.yen for one in self.follows)


def prospect(tx: Transaction, people: Select[int], waits: Mapping[str, int], cap: int | None) -> Prospect:
    """Return what a broadcast to these people (ids, each once) would do by the channels of its procedure.

    ``cap`` is the limit for SMS in yen. Nothing is sent, and nothing is stored.
    """
    forecast = delivery.rehearse(tx, people, at_once(waits), otherwise(waits))
    later = [
        (minutes, channel)
        for minutes, channels in steps_of(waits)
        for channel in channels
        if minutes or channel is Channel.SMS
    ]
    if not later:
        return Prospect(forecast=forecast, follows=[])
    reachable, off = _reachable(tx, people), delivery.switched_off(tx, [channel for _minutes, channel in later])
    follows = []
    for minutes, channel in later:
        count = 0 if channel in off else reachable.get(delivery.KINDS[channel], 0)
        follows.append(_follows(tx, minutes, channel, count, cap, off=channel in off))
    return Prospect(forecast=forecast, follows=follows)


def _follows(tx: Transaction, minutes: int, channel: Channel, people: int, cap: int | None, *, off: bool) -> Follows:
    each = delivery.sms_yen(tx) if channel is Channel.SMS else 0
    if each and cap is not None:
        people = min(people, cap // each)
    return Follows(minutes=minutes, channel=channel, people=people, yen=people * each, off=off)


def _reachable(tx: Transaction, people: Select[int]) -> dict[str, int]:
    asked = people.subquery("asked")
    rows = tx.execute(
        select(ContactPoint.kind, func.count(ContactPoint.person_id.distinct()))
        .join(asked, asked.c[0] == ContactPoint.person_id)
        .where(ContactPoint.state != ContactState.DEAD)
        .group_by(ContactPoint.kind)
    )
    return {row[0]: row[1] for row in rows}
