"""Claim deliveries for sending, and record what became of them: set-based, a few hundred in one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Text, column, func, null, or_, select, update
from sqlalchemy import cast as sql_cast

from core.transaction import Transaction
from data.models.delivery import Channel, Delivery, DeliveryState
from data.models.people import ContactPoint, ContactState, Department, Membership, Person
from services.delivery.fields import OWN
from services.delivery.leases import Lease
from services.delivery.providers import Outcome
from services.fields import OwnFieldRow, Words, words_for

MOST_PASSES = 4
"""How often a mail that fails for now is tried before it counts as failed: over seven minutes, since servers that put
off strangers (greylisting) mostly do so for five."""

UNDECIDED = (DeliveryState.WAITING, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is about to be sent, with what its texts say about the person."""

    id: int
    address: str
    contact_point_id: int | None
    family_name: str
    given_name: str
    department: str
    own: Mapping[str, str] = field(default_factory=dict)
    """The own fields that its texts name, in words."""

    language: str = "ja"
    subscription: Mapping[str, Any] | None = None
    """Of the app: what its browser gave."""

    @property
    def name(self) -> str:
        """Return the name as people write it."""
        return f"{self.family_name} {self.given_name}".strip()


def claim(
    tx: Transaction, lease: Lease, after: int, most: int, *, own: Sequence[OwnFieldRow] = ()
) -> list[Claimed]:  # fmt: skip
    """Mark the next deliveries of a chunk as being sent, and return them in order, with what ``own`` fields say.

    Those that a dead worker left as *sending* are among them: safety mails go out at least once, under the same
    Message-ID again, rather than not at all.
    """
    found = (
        select(
            Delivery.id,
            Person.family_name,
            Person.given_name,
            func.coalesce(Department.full_name, "").label("path"),
            (Person.own if own else null()).label("own"),
            Person.language,
            (ContactPoint.subscription if lease.channel is Channel.APP else null()).label("subscription"),
        )
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Membership, (Membership.person_id == Person.id) & Membership.main)
        .outerjoin(Department, Department.id == Membership.department_id)
        .where(Delivery.mailing_id == lease.mailing_id, Delivery.id > after, Delivery.id <= lease.high)
        .where(Delivery.state.in_(UNDECIDED))
        .order_by(Delivery.id)
        .limit(most)
    )
    if lease.channel is Channel.APP:
        found = found.outerjoin(ContactPoint, ContactPoint.id == Delivery.contact_point_id)
    next_ones = found.cte("next_ones")
    claimed = tx.execute(
        update(Delivery)
        .where(Delivery.id == next_ones.c.id)
        .values(state=DeliveryState.SENDING, updated_at=tx.now)
        .returning(
            Delivery.id, Delivery.address, Delivery.contact_point_id,
            next_ones.c.family_name, next_ones.c.given_name, next_ones.c.path, next_ones.c.own,
            next_ones.c.language, next_ones.c.subscription,
        )
    ).all()  # fmt: skip
    words = words_for(tx, own, [row.own for row in claimed]) if own else None
    made = [
        Claimed(
            row.id, row.address, row.contact_point_id, row.family_name, row.given_name, row.path,
            _said(words, row.own) if words else {}, row.language, row.subscription,
        )
        for row in claimed
    ]  # fmt: skip
    return sorted(made, key=lambda one: one.id)


def _said(words: Words, own: Mapping[str, Any]) -> dict[str, str]:
    return {f"{OWN}{one.code}": words.said(one.code, own.get(one.code)) for one in words.fields}


def record(tx: Transaction, outcomes: Sequence[Outcome], *, last_pass: bool) -> None:
    """Write outcomes into the ledger. What was accepted stays accepted, whatever is said later.

    A mail that failed for now waits again only if nothing was decided about it meanwhile: after a close nobody would
    send it any more.
    """
    if not outcomes:
        return
    arrays = func.unnest(
        sql_cast([one.mail_id for one in outcomes], ARRAY(BigInteger)),
        sql_cast([state_of(one, last_pass=last_pass) for one in outcomes], ARRAY(Text)),
        sql_cast([one.word for one in outcomes], ARRAY(Text)),
        sql_cast([None if one.accepted else one.permanent for one in outcomes], ARRAY(Boolean)),
        sql_cast([one.reference for one in outcomes], ARRAY(Text)),
    )
    found = arrays.table_valued(
        column("id", BigInteger), column("state", Text), column("word", Text), column("permanent", Boolean),
        column("reference", Text),
    ).render_derived(name="found")  # fmt: skip
    tx.execute(
        update(Delivery)
        .where(
            Delivery.id == found.c.id,
            Delivery.state.not_in([DeliveryState.ACCEPTED, DeliveryState.DELIVERED]),
            or_(found.c.state != DeliveryState.WAITING.value, Delivery.state.in_(UNDECIDED)),
        )
        .values(
            state=found.c.state, reason=found.c.word, permanent=found.c.permanent, provider_ref=found.c.reference,
            updated_at=tx.now,
        )
    )  # fmt: skip


def state_of(outcome: Outcome, *, last_pass: bool) -> str:
    """Return the state that an outcome means; what failed for now waits for another pass, if there is one."""
    if outcome.accepted:
        return DeliveryState.ACCEPTED
    return DeliveryState.FAILED if outcome.permanent or last_pass else DeliveryState.WAITING


def mark_contacts(tx: Transaction, outcomes: Sequence[Outcome], contacts: Mapping[int, int | None]) -> None:
    """Note on contact points what was learned: a first mail was accepted, or the address does not exist.

    ``contacts`` has the contact point of each mail. Points that somebody is editing at this moment are left alone:
    sending never waits for people.
    """
    worked = {contacts[one.mail_id] for one in outcomes if one.accepted}
    dead = {contacts[one.mail_id]: one.word for one in outcomes if one.dead}
    _mark(tx, worked, ContactState.WORKS, [ContactState.UNTRIED])
    for word in set(dead.values()):
        ids = {point for point, said in dead.items() if said == word}
        _mark(tx, ids, ContactState.DEAD, [ContactState.UNTRIED, ContactState.WORKS], word)


def _mark(
    tx: Transaction,
    points: Collection[int | None],
    state: ContactState,
    before: Sequence[ContactState],
    reason: str | None = None,
) -> None:
    ids = [point for point in points if point is not None]
    if not ids:
        return
    free = (
        select(ContactPoint.id)
        .where(ContactPoint.id == func.any(sql_cast(ids, ARRAY(BigInteger))), ContactPoint.state.in_(before))
        .with_for_update(skip_locked=True)
    )
    tx.execute(update(ContactPoint).where(ContactPoint.id.in_(free)).values(state=state, reason=reason))
