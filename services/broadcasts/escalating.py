"""Escalation (段階的な送信, N04): one channel after the other to those who have not answered.

The first mailing of a round goes by what goes at once. SMS cost money, so they are always a mailing of their own,
within the limit of the broadcast; whom nothing else can reach gets one at once. A round remembers which channels had no
turn yet: a worker that dies in between leaves them to the next one, and the database takes each turn once.
"""

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from core.actor import Actor
from core.database import transaction
from core.jobs import EVERY_FIVE_SECONDS, job
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastState, Recipient
from data.models.delivery import Delivery, DeliveryState, Mailing
from data.models.people import ContactPoint, ContactState
from services import delivery
from services.broadcasts.opening import send_by
from services.broadcasts.people import silent
from services.broadcasts.turns import EARLY, begun, due_at, note_next
from services.delivery import Channel

ESCALATOR = Actor.system("broadcasts.escalate")
RUNNING = (BroadcastState.SENDING, BroadcastState.OPEN)
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


def go_further(tx: Transaction, broadcast_id: int) -> None:
    """Give the channels of a broadcast that are due their turn."""
    broadcast = tx.get(Broadcast, broadcast_id, lock=True)
    if broadcast is None or broadcast.state not in RUNNING:
        return
    for mailing in begun(tx, broadcast.id):
        for channel in list(mailing.still_to_come):
            if due_at(broadcast, mailing, channel) <= tx.now and not mailing.to_come:
                _take_turn(tx, broadcast, mailing, channel)
                mailing.still_to_come = [one for one in mailing.still_to_come if one != channel]
    note_next(tx, broadcast)


def _take_turn(tx: Transaction, broadcast: Broadcast, first: Mailing, channel: str) -> None:
    early = channel == EARLY
    by = Channel.SMS if early else Channel(channel)
    if delivery.switched_off(tx, [by]):
        return
    people = silent(broadcast.id, Recipient.round == first.round, _can_be_reached(by))
    people = people.where(~_reached(broadcast.id, first.round) if early else ~_had(broadcast.id, first.round, by))
    capped = 0
    if by is Channel.SMS and (left := _affordable(tx, broadcast)) is not None:
        capped = max(tx.count(people) - left, 0)
        unreached_first = case((_reached(broadcast.id, first.round), 1), else_=0)
        people = people.order_by(unreached_first, Recipient.person_id).limit(left)
    mailing_id = send_by(tx, broadcast, people, by)
    if mailing_id is None:
        return
    mailing = tx.get(Mailing, mailing_id)
    assert mailing is not None  # opened a moment ago
    mailing.follows, mailing.by, mailing.early, mailing.capped = first.round, by.value, early, capped
    tx.session.flush()


def _can_be_reached(by: Channel) -> ColumnElement[bool]:
    return exists().where(
        ContactPoint.person_id == Recipient.person_id, ContactPoint.kind == delivery.KINDS[by],
        ContactPoint.state != ContactState.DEAD,
    )  # fmt: skip


def _reached(broadcast_id: int, number: int) -> ColumnElement[bool]:
    """Return whether anything of a round was sent to a recipient, or is about to be."""
    return _got(broadcast_id, number, Delivery.state.not_in([DeliveryState.NOT_SENT, DeliveryState.FAILED]))


def _had(broadcast_id: int, number: int, by: Channel) -> ColumnElement[bool]:
    """Return whether a recipient had something of a round by this channel already."""
    return _got(broadcast_id, number, Delivery.channel == by, Delivery.state != DeliveryState.NOT_SENT)


def _got(broadcast_id: int, number: int, *what: ColumnElement[bool]) -> ColumnElement[bool]:
    of_round = and_(Mailing.broadcast_id == broadcast_id, (Mailing.round == number) | (Mailing.follows == number))
    return exists().where(Delivery.mailing_id == Mailing.id, of_round, Delivery.person_id == Recipient.person_id, *what)


def _affordable(tx: Transaction, broadcast: Broadcast) -> int | None:
    """Return to how many more people SMS of this broadcast may go; None without a limit."""
    if broadcast.sms_cap_yen is None:
        return None
    each = delivery.sms_yen(tx)
    booked = tx.scalar(
        select(func.count())
        .select_from(Delivery)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Mailing.broadcast_id == broadcast.id, Delivery.channel == Channel.SMS,
               Delivery.state != DeliveryState.NOT_SENT)
    )  # fmt: skip
    # Who is still to come stands in no ledger yet.
    to_come = tx.scalar(
        select(func.coalesce(func.sum(Mailing.to_come), 0)).where(
            Mailing.broadcast_id == broadcast.id, Mailing.channels.contains([Channel.SMS.value])
        )
    )
    return max((broadcast.sms_cap_yen - int(booked + to_come) * each) // each, 0) if each else None
