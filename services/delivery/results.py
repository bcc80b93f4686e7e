"""Read what is to be sent, and record what became of it: set-based, hundreds in one statement."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from sqlalchemy import bindparam, func, null, or_, select, update

from core.prepared import Prepared
from core.settings import settings
from core.transaction import Transaction
from data.models.delivery import Channel, Delivery, DeliveryState, MailingState
from data.models.people import ContactPoint, Department, Membership, Person
from services.delivery.fields import OWN
from services.delivery.leases import Lease, of_mailing
from services.delivery.providers import Outcome
from services.fields import OwnFieldRow, Words, words_for

MOST_PASSES = 4
"""How often a message that fails for now is tried before it counts as failed: over seven minutes, since servers that
put off strangers (greylisting) mostly do so for five."""

UNDECIDED = (DeliveryState.WAITING, DeliveryState.SENDING)
NOBODY_KNOWS = "no answer; the worker or the line died"

# The chunk before its deliveries, as everybody locks them. What was accepted stays accepted, whatever is said later;
# what failed for now waits again only if nothing was decided meanwhile: after a close nobody would send it any more.
# What was heard of a delivery meanwhile (``receipt``) is later than its acceptance.
RECORD = """
    WITH kept AS (
        UPDATE chunk SET lease_until = now() + make_interval(secs => %(seconds)s) FROM mailing
        WHERE chunk.id = %(chunk)s AND chunk.owner = %(owner)s AND chunk.state = 'leased'
          AND mailing.id = chunk.mailing_id
        RETURNING mailing.state
    ), noted AS (
        UPDATE delivery SET state = found.state, reason = found.word, permanent = found.permanent,
               provider_ref = found.reference, updated_at = %(now)s,
               sms_ref = CASE WHEN channel = 'sms' THEN found.reference END
        FROM jsonb_to_recordset(%(found)s::jsonb)
             AS found (id bigint, state text, word text, permanent boolean, reference text)
        WHERE delivery.id = found.id AND delivery.state NOT IN ('accepted', 'delivered') AND delivery.receipt IS NULL
          AND (found.state <> 'waiting' OR delivery.state IN ('waiting', 'sending'))
    )
    SELECT state FROM kept
"""


class Claimed(Protocol):
    """A delivery that is about to be sent, with what its texts say about the person: a row as it was read."""

    id: int
    address: str
    contact_point_id: int | None
    family_name: str
    given_name: str
    department: str
    language: str
    subscription: Mapping[str, Any] | None
    """Of the app: what its browser gave."""

    own: Mapping[str, str] | None
    """The own fields that its texts name, in words; None: they name none."""


@cache
def _claiming(*, app: bool, own: bool, mark: bool) -> Prepared:
    """Return how deliveries are read: some texts name own fields, the app needs what a browser gave."""
    states = [DeliveryState.WAITING] if mark else UNDECIDED
    found = (
        select(
            Delivery.id, Delivery.address, Delivery.contact_point_id, Person.family_name, Person.given_name,
            func.coalesce(Department.full_name, "").label("department"), Person.language,
            (ContactPoint.subscription if app else null()).label("subscription"),
            (Person.own if own else null()).label("own"),
        )
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Membership, (Membership.person_id == Person.id) & Membership.main)
        .outerjoin(Department, Department.id == Membership.department_id)
        .where(of_mailing(bindparam("mailing")), Delivery.id > bindparam("after"))
        .where(Delivery.id <= bindparam("high"), or_(*[Delivery.state == one for one in states]))
        .order_by(Delivery.id)
        .limit(bindparam("most"))
    )  # fmt: skip
    if app:
        found = found.outerjoin(ContactPoint, ContactPoint.id == Delivery.contact_point_id)
    return Prepared(found, plan_anew=True)


def claim(
    tx: Transaction, lease: Lease, after: int, most: int, *, own: Sequence[OwnFieldRow] = (), mark: bool = False
) -> list[Claimed]:  # fmt: skip
    """Return the next deliveries of a chunk that are still to be sent, in order, with what ``own`` fields say.

    ``mark``: they are marked as being sent before they are handed over, so that a death in between shows which ones
    nobody knows of. Without it the lease of their chunk says enough.
    """
    claiming = _claiming(app=lease.channel is Channel.APP, own=bool(own), mark=mark)
    rows = tx.rows(claiming, mailing=lease.mailing_id, after=after, high=lease.high, most=most)
    if mark and rows:
        ids = [row.id for row in rows]
        sending = update(Delivery).where(Delivery.id.in_(ids), Delivery.state == DeliveryState.WAITING)
        tx.execute(sending.values(state=DeliveryState.SENDING, updated_at=tx.now))
    if not own:
        return rows
    words = words_for(tx, own, [row.own for row in rows])
    return [row._replace(own=_said(words, row.own)) for row in rows]


def _said(words: Words, own: Mapping[str, Any]) -> dict[str, str]:
    return {f"{OWN}{one.code}": words.said(one.code, own.get(one.code)) for one in words.fields}


def leave_orphans(tx: Transaction, lease: Lease) -> None:
    """Note of what a dead worker had marked as being sent that nobody knows whether it was."""
    orphans = Delivery.id.between(lease.low, lease.high) & (Delivery.state == DeliveryState.SENDING)
    tx.execute(
        update(Delivery)
        .where(of_mailing(lease.mailing_id), orphans)
        .values(state=DeliveryState.UNKNOWN, reason=NOBODY_KNOWS, updated_at=tx.now)
    )


def record(tx: Any, lease: Lease, outcomes: Sequence[Outcome], *, again: bool = True) -> bool:
    """Write outcomes into the ledger and prolong the lease; False: it is lost, or nothing more may be sent.

    ``tx`` is a transaction, or what runs statements outside of one: it is one statement. ``again``: what may have been
    sent is sent again.
    """
    last_pass = lease.passes + 1 >= MOST_PASSES
    found = [
        {
            "id": one.mail_id, "state": state_of(one, last_pass=last_pass, again=again), "word": one.word,
            "permanent": None if one.accepted else one.permanent, "reference": one.reference,
        }
        for one in outcomes
    ]  # fmt: skip
    rows = tx.plain(RECORD, {
        "seconds": settings().lease_seconds, "chunk": lease.chunk_id, "owner": lease.owner, "now": tx.now,
        "found": json.dumps(found),
    }, plan_anew=True)  # fmt: skip
    return [row.state for row in rows] == [MailingState.SENDING]


def state_of(outcome: Outcome, *, last_pass: bool, again: bool = True) -> str:
    """Return the state that an outcome means; what failed for now waits for another pass, if there is one."""
    if outcome.accepted:
        return DeliveryState.ACCEPTED.value
    if outcome.maybe and (outcome.permanent or last_pass or not again):
        return DeliveryState.UNKNOWN.value
    return (DeliveryState.FAILED if outcome.permanent or last_pass else DeliveryState.WAITING).value
