"""Receipts into the ledger (受信確認の反映): set-based, the same whatever comes first, and however often it comes.

Of what is heard of a delivery the strongest counts: answered, then refused for good, then arrived, then put back for
now. A complaint proves that a mail arrived, and ends the use of its address, whatever else was or will be heard.
Of an address that was revived since, or from which somebody has answered since, an older message says nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Text,
    case,
    cast,
    column,
    func,
    literal,
    select,
    true,
    update,
)

from core.transaction import Transaction
from data.models.delivery import Delivery, DeliveryState, Mailing, Receipt
from data.models.people import ContactPoint, ContactState
from services.delivery.proved import answered, speaks

COMPLAINT = "complaint"
"""The reason of a contact point whose owner reported a mail as spam."""

STRENGTH = [one.value for one in Receipt]
STATES = {
    Receipt.RETURNED: (DeliveryState.FAILED, False),
    Receipt.ARRIVED: (DeliveryState.DELIVERED, None),
    Receipt.BOUNCED: (DeliveryState.FAILED, True),
}
"""What a receipt makes of a delivery: its state, and whether it failed for good."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of one delivery; ``dead``: there is no such address; ``word`` is the provider's own."""

    delivery_id: int
    receipt: Receipt
    dead: bool = False
    complained: bool = False
    word: str | None = None


def take(tx: Transaction, heard: Iterable[Heard]) -> list[int]:
    """Write what was heard into the ledger and on contact points; return the deliveries that it changed."""
    everything = list(heard)
    strongest: dict[int, Heard] = {}
    for one in everything:
        known = strongest.get(one.delivery_id)
        if known is None or _strength(one) > _strength(known):
            strongest[one.delivery_id] = one
    if not strongest:
        return []
    changed = _write(tx, list(strongest.values()))
    _mark_arrived(tx, [one for one in changed if strongest[one].receipt is Receipt.ARRIVED])
    _mark_dead(tx, [one for one in strongest.values() if one.dead and one.receipt is Receipt.BOUNCED])
    complained = sorted({one.delivery_id for one in everything if one.complained})
    _mark(tx, complained, Mark(ContactState.DEAD, tuple(ContactState), COMPLAINT))
    return changed


def _strength(one: Heard) -> tuple[int, bool]:
    return STRENGTH.index(one.receipt), one.dead


def _write(tx: Transaction, heard: Sequence[Heard]) -> list[int]:
    arrays = func.unnest(
        cast([one.delivery_id for one in heard], ARRAY(BigInteger)),
        cast([one.receipt.value for one in heard], ARRAY(Text)),
        cast([one.word for one in heard], ARRAY(Text)),
    )
    found = arrays.table_valued(
        column("id", BigInteger), column("receipt", Text), column("word", Text)
    ).render_derived(name="heard")  # fmt: skip
    known = func.coalesce(func.array_position(cast(STRENGTH, ARRAY(Text)), Delivery.receipt), 0)
    # Rows are locked in the order of their ids, as the sending does: so the two never wait for each other in a ring.
    weaker = (
        select(Delivery.id, found.c.receipt, found.c.word)
        .join(found, found.c.id == Delivery.id)
        .where(func.array_position(cast(STRENGTH, ARRAY(Text)), found.c.receipt) > known)
        .order_by(Delivery.id)
        .with_for_update(of=Delivery)
        .cte("weaker")
    )
    changed = tx.execute(
        update(Delivery)
        .where(Delivery.id == weaker.c.id)
        .values(
            receipt=weaker.c.receipt, state=_made(weaker.c.receipt, 0), permanent=_made(weaker.c.receipt, 1),
            reason=case((weaker.c.receipt == Receipt.ARRIVED.value, None), else_=weaker.c.word), updated_at=tx.now,
        )
        .returning(Delivery.id)
    )  # fmt: skip
    return sorted(changed.scalars())


def _made(receipt: Any, at: int) -> Any:
    return case(*((receipt == one.value, literal(made[at])) for one, made in STATES.items()))


def _mark_arrived(tx: Transaction, ids: Sequence[int]) -> None:
    _mark(tx, ids, Mark(ContactState.WORKS, (ContactState.UNTRIED,)))


def _mark_dead(tx: Transaction, heard: Sequence[Heard]) -> None:
    # Whoever answered has the mail, whatever came back; and an answer to a newer one shows that the address works.
    unanswered = (Delivery.receipt == Receipt.BOUNCED) & ~answered(Mailing.created_at)
    for word in {one.word for one in heard}:
        ids = [one.delivery_id for one in heard if one.word == word]
        mark = Mark(ContactState.DEAD, (ContactState.UNTRIED, ContactState.WORKS), word)
        _mark(tx, ids, mark, unanswered)


class Mark(NamedTuple):
    """What contact points are marked with, of those that are in one of these states."""

    state: ContactState
    before: tuple[ContactState, ...]
    reason: str | None = None


def _mark(
    tx: Transaction, delivery_ids: Sequence[int], mark: Mark, only: ColumnElement[bool] | None = None
) -> None:  # fmt: skip
    if not delivery_ids:
        return
    # What was mended since is another address, of which nothing was heard.
    points = (
        select(ContactPoint.id)
        .join(Delivery, (Delivery.contact_point_id == ContactPoint.id) & (Delivery.address == ContactPoint.value))
        .join(Mailing, (Mailing.id == Delivery.mailing_id) & speaks(Mailing.created_at))
        .where(Delivery.id == func.any(cast(list(delivery_ids), ARRAY(BigInteger))))
        .where(ContactPoint.state.in_(mark.before), true() if only is None else only)
        .order_by(ContactPoint.id)
        .with_for_update(of=ContactPoint)
    )
    tx.execute(update(ContactPoint).where(ContactPoint.id.in_(points)).values(state=mark.state, reason=mark.reason))
