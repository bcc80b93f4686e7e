"""Escalation (段階的な送信, N04): one channel after the other to those who have not answered.

The first mailing of a round goes by what goes at once. SMS cost money, so they are always a mailing of their own, within
the limit of the broadcast; whom nothing else can reach gets one at once. A round remembers which channels had no turn
yet: a worker that dies in between leaves them to the next one, and the database takes each turn once.
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, case, exists, func, select

from core.actor import Actor
from core.database import transaction
from core.jobs import EVERY_FIVE_SECONDS, job
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastState, Recipient
from data.models.delivery import Delivery, DeliveryState, Mailing
from data.models.people import ContactPoint, ContactState, Person
from services import delivery
from services.broadcasts.opening import open_mailing
from services.delivery import Channel

ESCALATOR = Actor.system("broadcasts.escalate")
RUNNING = (BroadcastState.SENDING, BroadcastState.OPEN)
EARLY = "early"
"""Stands among the channels to come for the SMS to those whom nothing else can reach."""

SECONDS = 300


@job("broadcasts.escalate", periodic=EVERY_FIVE_SECONDS)
def escalate() -> None:
    """Give every channel that is due its turn, each broadcast in a transaction of its own."""
    with transaction(ESCALATOR) as tx:
        due = select(Broadcast.id).where(Broadcast.escalates_at <= tx.now, Broadcast.state.in_(RUNNING))
        broadcast_ids = list(tx.execute(due.order_by(Broadcast.escalates_at)).scalars())
    for broadcast_id in broadcast_ids:
        with transaction(ESCALATOR, statement_seconds=SECONDS) as tx:
            go_further(tx, broadcast_id)


def begin(tx: Transaction, broadcast: Broadcast, mailing_id: int) -> None:
    """Note which channels are to follow the first mailing of a round."""
    mailing = tx.get(Mailing, mailing_id)
    assert mailing is not None  # opened in this transaction
    later = [channel for channel, minutes in broadcast.waits.items() if minutes or channel == Channel.SMS]
    mailing.still_to_come = [*([EARLY] if Channel.SMS in later else []), *later]
    note_next(tx, broadcast)


def go_further(tx: Transaction, broadcast_id: int) -> None:
    """Give the channels of a broadcast that are due their turn."""
    broadcast = tx.get(Broadcast, broadcast_id, lock=True)
    if broadcast is None or broadcast.state not in RUNNING:
        return
    for mailing in _begun(tx, broadcast.id):
        for channel in list(mailing.still_to_come):
            if _due_at(broadcast, mailing, channel) <= tx.now:
                _take_turn(tx, broadcast, mailing, channel)
                mailing.still_to_come = [one for one in mailing.still_to_come if one != channel]
    note_next(tx, broadcast)


def note_next(tx: Transaction, broadcast: Broadcast) -> None:
    """Note when the next channel of a broadcast is due, so that nobody has to look for it."""
    tx.session.flush()
    moments = [
        _due_at(broadcast, mailing, channel)
        for mailing in _begun(tx, broadcast.id)
        for channel in mailing.still_to_come
    ]
    broadcast.escalates_at = min(moments, default=None)
    tx.session.flush()


def _begun(tx: Transaction, broadcast_id: int) -> list[Mailing]:
    found = select(Mailing).where(Mailing.broadcast_id == broadcast_id, func.jsonb_array_length(Mailing.still_to_come) > 0)
    return list(tx.session.scalars(found.order_by(Mailing.round)))


def _due_at(broadcast: Broadcast, mailing: Mailing, channel: str) -> datetime:
    minutes = 0 if channel == EARLY else broadcast.waits[channel]
    return mailing.created_at + timedelta(minutes=minutes)


def _take_turn(tx: Transaction, broadcast: Broadcast, first: Mailing, channel: str) -> None:
    early = channel == EARLY
    by = Channel.SMS if early else Channel(channel)
    people = silent(broadcast, first.round, by)
    people = people.where(~_reached(broadcast.id, first.round) if early else ~_had(broadcast.id, first.round, by))
    capped = 0
    if by is Channel.SMS and (left := _affordable(tx, broadcast)) is not None:
        capped = max(_count(tx, people) - left, 0)
        people = people.order_by(case((_reached(broadcast.id, first.round), 1), else_=0), Recipient.person_id).limit(left)
    if not _count(tx, people) and not capped:
        return
    mailing_id = open_mailing(tx, broadcast, people, broadcast.subject, reminder=False, channels=(by,))
    mailing = tx.get(Mailing, mailing_id)
    assert mailing is not None  # opened a moment ago
    mailing.follows, mailing.by, mailing.early, mailing.capped = first.round, by.value, early, capped
    tx.session.flush()


def silent(broadcast: Broadcast, number: int, by: Channel) -> Select[int]:
    """Return the people of a round who have not answered and can be reached by a channel."""
    kind = delivery.KINDS[by]
    reachable = exists().where(
        ContactPoint.person_id == Recipient.person_id, ContactPoint.kind == kind, ContactPoint.state != ContactState.DEAD
    )
    return (
        select(Recipient.person_id)
        .join(Person, Person.id == Recipient.person_id)
        .where(
            Recipient.broadcast_id == broadcast.id, Recipient.round == number, Recipient.latest_at.is_(None),
            Person.retired_at.is_(None), reachable,
        )
    )  # fmt: skip


def _reached(broadcast_id: int, number: int) -> exists:
    """Return whether anything of a round was sent to a recipient, or is about to be."""
    of_round = and_(Mailing.broadcast_id == broadcast_id, (Mailing.round == number) | (Mailing.follows == number))
    gone = Delivery.state.not_in([DeliveryState.NOT_SENT, DeliveryState.FAILED])
    return exists().where(Delivery.mailing_id == Mailing.id, of_round, Delivery.person_id == Recipient.person_id, gone)


def _had(broadcast_id: int, number: int, by: Channel) -> exists:
    """Return whether a recipient had something of a round by this channel already."""
    of_round = and_(Mailing.broadcast_id == broadcast_id, (Mailing.round == number) | (Mailing.follows == number))
    return exists().where(
        Delivery.mailing_id == Mailing.id, of_round, Delivery.person_id == Recipient.person_id,
        Delivery.channel == by, Delivery.state != DeliveryState.NOT_SENT,
    )  # fmt: skip


def _affordable(tx: Transaction, broadcast: Broadcast) -> int | None:
    """Return to how many more people SMS of this broadcast may go; None without a limit."""
    if broadcast.sms_cap_yen is None:
        return None
    each = delivery.sms_yen(tx, broadcast.subject)
    booked = tx.scalar(
        select(func.count())
        .select_from(Delivery)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Mailing.broadcast_id == broadcast.id, Delivery.channel == Channel.SMS,
               Delivery.state != DeliveryState.NOT_SENT)
    )  # fmt: skip
    return max((broadcast.sms_cap_yen - booked * each) // each, 0) if each else None


def _count(tx: Transaction, people: Select[int]) -> int:
    count: int = tx.scalar(select(func.count()).select_from(people.order_by(None).subquery()))
    return count
