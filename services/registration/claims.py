"""What a person gave and has not proved yet (確認待ち), and how it becomes a contact point once it is proved.

Nothing here looks whether somebody else has an address before its owner has proved to read it: so nobody learns it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import NotFound, Refused
from core.i18n import N_
from core.transaction import Transaction
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState, Person
from data.models.registration import ContactClaim
from services.people import owners_of_mails
from services.people.lock import beside
from services.registration.codes import LINK_FOR
from services.registration.notices import tell_owner_soon

MOST_MAILS = 3
"""Private ones of a person."""

GONE = N_("This person is not registered any more. Ask your office.")
THERE = N_("This is registered for you already.")
ENOUGH = N_("You can register three private mail addresses. Remove one first.")
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:value, 7236848))")


def is_live(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a claim may still be proved."""
    return ContactClaim.asked_at > now - LINK_FOR


def claim(
    tx: Transaction, person_id: int, kind: ContactKind, value: str, subscription: Mapping[str, Any] | None = None
) -> int:
    """Note that a person says to be reached by this, and return the claim's id; one that waits begins anew.

    Raises:
        NotFound: when the person has left. Refused: when it is registered for the person, or three mails are.
    """
    _lock(tx, person_id)
    points = _points(tx, person_id, kind)
    same = next((one for one in points if one.value.lower() == value.lower()), None)
    if same is not None and same.verified_at is not None:
        raise Refused(THERE)
    if kind is ContactKind.MAIL and same is None:
        _check_room(tx, person_id, value, points)
    asked = insert(ContactClaim).values(
        person_id=person_id, kind=kind, value=same.value if same else value, subscription=subscription, tries=0,
        created_at=tx.now, asked_at=tx.now,
    )  # fmt: skip
    anew = {
        "link_hash": None, "link_until": None, "code_hash": None, "code_until": None, "tries": 0, "asked_at": tx.now,
        "sent_at": None, "trouble": None, "subscription": subscription,
    }  # fmt: skip
    key = [ContactClaim.person_id, ContactClaim.kind, ContactClaim.value]
    made: int = tx.scalar(asked.on_conflict_do_update(index_elements=key, set_=anew).returning(ContactClaim.id))
    return made


def prove(tx: Transaction, claimed: ContactClaim, value: str = "", at: datetime | None = None) -> bool:
    """Make a claim that was proved a contact point; False: it belongs to somebody else, or there is no room for it.

    ``value`` is what only the proof tells: LINE's id of the user; ``at`` when the proof was given, unless it is now.
    """
    person_id, kind, value = claimed.person_id, claimed.kind, claimed.value or value
    tx.execute(delete(ContactClaim).where(ContactClaim.id == claimed.id))
    points = _points(tx, person_id, kind)
    same = next((one for one in points if one.value.lower() == value.lower()), None)
    proved = {
        "verified_at": tx.now, "state": ContactState.WORKS, "state_at": at or tx.now, "reason": None,
        "disputed_at": None,
    }  # fmt: skip
    if claimed.subscription is not None:
        proved["subscription"] = claimed.subscription
    if same is not None:
        tx.execute(update(ContactPoint).where(ContactPoint.id == same.id).values(proved))
        return True
    if kind is ContactKind.MAIL and is_taken(tx, person_id, value):
        return False
    private = [one for one in points if one.origin is ContactOrigin.PERSON]
    slot = None
    if kind is ContactKind.MAIL:
        slot = next((one for one in range(1, MOST_MAILS + 1) if one not in {point.slot for point in private}), None)
        if slot is None:
            return False
    elif private:  # a new number, another LINE or app takes the place of the one before
        tx.execute(delete(ContactPoint).where(ContactPoint.id.in_([one.id for one in private])))
    last = select(func.coalesce(func.max(ContactPoint.rank), 0)).where(ContactPoint.person_id == person_id)
    made = tx.insert(
        ContactPoint, person_id=person_id, kind=kind, value=value, origin=ContactOrigin.PERSON, slot=slot,
        rank=tx.scalar(last), added_at=tx.now, **proved,
    )  # fmt: skip
    tell_owner_soon(tx, person_id, made)
    return True


def hold(tx: Transaction, which: ColumnElement[bool]) -> ContactClaim | None:
    """Return a claim that may still be proved, with its person and its address locked; None: there is none.

    Raises:
        Unavailable: when people are being imported at this moment.
    """
    beside(tx)
    found: ContactClaim | None = tx.scalar(select(ContactClaim).where(which, is_live(tx.now)))
    if found is None or not _is_there(tx, found.person_id):
        return None
    tx.execute(ONE_AT_A_TIME, {"value": found.value.lower()})
    still = select(ContactClaim).where(ContactClaim.id == found.id, which).with_for_update()
    held: ContactClaim | None = tx.scalar(still.execution_options(populate_existing=True))
    return held


def is_taken(tx: Transaction, person_id: int, mail: str) -> bool:
    """Say whether somebody else has this mail address."""
    return owners_of_mails(tx, [mail]).get(mail.lower(), person_id) != person_id


def _lock(tx: Transaction, person_id: int) -> None:
    if not _is_there(tx, person_id):
        raise NotFound(GONE)


def _is_there(tx: Transaction, person_id: int) -> bool:
    there = select(Person.id).where(Person.id == person_id, Person.retired_at.is_(None), Person.erased_at.is_(None))
    return tx.scalar(there.with_for_update(key_share=True)) is not None


def _points(tx: Transaction, person_id: int, kind: ContactKind) -> list[ContactPoint]:
    mine = select(ContactPoint).where(ContactPoint.person_id == person_id, ContactPoint.kind == kind)
    return list(tx.execute(mine.order_by(ContactPoint.id).execution_options(populate_existing=True)).scalars())


def _check_room(tx: Transaction, person_id: int, value: str, points: Collection[ContactPoint]) -> None:
    waiting = select(ContactClaim.value).where(
        ContactClaim.person_id == person_id, ContactClaim.kind == ContactKind.MAIL, is_live(tx.now)
    )
    others = {one.lower() for one in tx.execute(waiting).scalars()} - {value.lower()}
    private = {one.value.lower() for one in points if one.origin is ContactOrigin.PERSON}
    office = {one.value.lower() for one in points if one.origin is ContactOrigin.OFFICE}
    if len((others | private) - office) >= MOST_MAILS:
        raise Refused(ENOUGH)
