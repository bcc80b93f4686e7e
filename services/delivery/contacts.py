"""What sending teaches about contact points (連絡先の状態): an address works, or does not exist.

Sending never waits for people: points that somebody is editing at this moment are left alone.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, func, select, update
from sqlalchemy import cast as sql_cast

from core.database import transaction
from core.jobs import job
from core.transaction import Transaction
from data.models.delivery import Chunk, Delivery, DeliveryState, Mailing
from data.models.people import ContactPoint, ContactState
from services.delivery.acting import SENDER
from services.delivery.proved import speaks
from services.delivery.providers import Outcome

TOOK = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED)


def mark_dead(tx: Transaction, outcomes: Sequence[Outcome], contacts: Mapping[int, int | None]) -> None:
    """Note which addresses do not exist, with the provider's word; ``contacts`` has the point of each message."""
    dead = {contacts.get(one.mail_id): one.word for one in outcomes if one.dead}
    for word in set(dead.values()):
        points = [point for point, said in dead.items() if said == word and point is not None]
        known = ContactPoint.state.in_([ContactState.UNTRIED, ContactState.WORKS])
        _mark(tx, _these(points), known, ContactState.DEAD, word)


@job("delivery.note_works")
def note_works(mailing_id: int) -> None:
    """Note that those contact points work whose first message was accepted; once all was sent, a chunk at a time."""
    with transaction(SENDER) as tx:
        opened_at = tx.scalar(select(Mailing.created_at).where(Mailing.id == mailing_id))
        chunks = tx.execute(select(Chunk.low, Chunk.high).where(Chunk.mailing_id == mailing_id)).all()
    for low, high in chunks:
        reached = select(Delivery.contact_point_id).where(
            Delivery.mailing_id == mailing_id, Delivery.id.between(low, high), Delivery.state.in_(TOOK)
        )
        untried = (ContactPoint.state == ContactState.UNTRIED) & speaks(opened_at)
        with transaction(SENDER) as tx:
            _mark(tx, reached, untried, ContactState.WORKS)


def _these(points: Collection[int]) -> Select[Any]:
    return select(func.unnest(sql_cast(list(points), ARRAY(BigInteger))))


def _mark(
    tx: Transaction, points: Select[Any], before: ColumnElement[bool], state: ContactState, reason: str | None = None
) -> None:
    free = select(ContactPoint.id).where(ContactPoint.id.in_(points), before)
    free = free.order_by(ContactPoint.id).with_for_update(skip_locked=True)
    tx.execute(update(ContactPoint).where(ContactPoint.id.in_(free)).values(state=state, reason=reason))
