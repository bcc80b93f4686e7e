"""What is written beside each person of a page of the contact network: a few looks for the whole page."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from core.actor import Reach
from core.i18n import N_, _, listed
from core.shown import said
from core.transaction import Transaction
from data.models.network import Fact, JudgedNumber, MissedInTest
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState, Person
from services import delivery
from services.access import people_within
from services.network.words import KINDS, Finding
from services.people import shown_mobile

VERIFIED = N_("{kind} (verified)")
FAILS = N_("{address} fails: {reason}")
WRONG_NUMBER = N_("{number}: {fault}.")
SAME = N_("Same number as {names}.")
SAME_OUTSIDE = N_("Same number as somebody outside your reach, or with a private number.")
NO_REASON = N_("no reason was given")


class Notes(NamedTuple):
    """What is registered, what the office keeps of it, what is to be mended, and what the last test came to."""

    registered: list[str]
    mobile: str
    mails: list[str]
    notes: list[str]
    test: str


def notes_of(tx: Transaction, facts: Mapping[int, int], reach: Reach) -> dict[int, Notes]:
    """Return what is written beside these people, whose facts are known."""
    ids = list(facts)
    points = _points(tx, ids)
    same = _same_numbers(tx, [one for one in ids if facts[one] & (Fact.DUPLICATE | Fact.SHARED)], reach)
    tests = _tests(tx, [one for one in ids if facts[one] & Fact.MISSED])
    return {
        one: Notes(
            _registered(points[one]), _mobile(points[one]), _mails(points[one]),
            [*_wrong(facts[one], points[one]), *same.get(one, ())], tests.get(one, ""),
        )
        for one in ids
    }  # fmt: skip


class Point(NamedTuple):
    """A contact point with what was found of its number."""

    kind: ContactKind
    value: str
    origin: ContactOrigin
    state: ContactState
    reason: str | None
    verified: bool
    disputed: bool
    fault: str | None

    @property
    def shown(self) -> str:
        """Return it as the office may see it: what is private only by its kind."""
        if self.origin is ContactOrigin.PERSON or self.kind not in {ContactKind.MAIL, ContactKind.MOBILE}:
            return said(self.kind)
        return shown_mobile(self.value) if self.kind is ContactKind.MOBILE else self.value

    @property
    def shown_reason(self) -> str:
        """Return why it fails, without a private address that the server's word may hold."""
        reason = self.reason.replace(self.value, self.shown) if self.reason else None
        return delivery.why_dead(reason)


def _points(tx: Transaction, ids: list[int]) -> dict[int, list[Point]]:
    judged = and_(JudgedNumber.contact_point_id == ContactPoint.id, JudgedNumber.value == ContactPoint.value)
    rows = tx.execute(
        select(
            ContactPoint.person_id, ContactPoint.kind, ContactPoint.value, ContactPoint.origin, ContactPoint.state,
            ContactPoint.reason, ContactPoint.verified_at.is_not(None), ContactPoint.disputed_at.is_not(None),
            JudgedNumber.fault,
        )
        .outerjoin(JudgedNumber, judged)
        .where(ContactPoint.person_id == func.any(ids))
        .order_by(ContactPoint.origin, ContactPoint.kind, ContactPoint.id)
    )  # fmt: skip
    found: dict[int, list[Point]] = defaultdict(list)
    for person_id, *rest in rows:
        found[person_id].append(Point(*rest))
    return found


def _registered(points: list[Point]) -> list[str]:
    kinds = {_kind(one): False for one in points}
    for one in points:
        kinds[_kind(one)] |= one.verified
    return [_(VERIFIED, kind=kind) if verified else kind for kind, verified in kinds.items()]


def _kind(point: Point) -> str:
    if point.kind is not ContactKind.MAIL:
        return said(point.kind)
    private = point.origin is ContactOrigin.PERSON
    return said(next(kind for kind, fact in KINDS.items()
                     if fact is (Fact.PRIVATE_MAIL if private else Fact.COMPANY_MAIL)))  # fmt: skip


def _mobile(points: list[Point]) -> str:
    mobiles = (one for one in points if one.kind is ContactKind.MOBILE and one.origin is ContactOrigin.OFFICE)
    return next((shown_mobile(one.value) for one in mobiles), "")


def _mails(points: list[Point]) -> list[str]:
    return [one.value for one in points if one.kind is ContactKind.MAIL and one.origin is ContactOrigin.OFFICE]


def _wrong(facts: int, points: list[Point]) -> list[str]:
    if not points:
        return [said(Finding.NOTHING)]
    found = [] if facts & Fact.MOBILE else [said(Finding.NUMBER_MISSING)]
    for one in points:
        if one.fault is not None:
            found.append(_(WRONG_NUMBER, number=one.shown, fault=said(one.fault)))
        if one.state is ContactState.DEAD:
            found.append(_(FAILS, address=one.shown, reason=one.shown_reason or _(NO_REASON)))
        if one.disputed:
            found.append(f"{one.shown}: {said(Finding.DISPUTED)}")
    return found


def _same_numbers(tx: Transaction, ids: list[int], reach: Reach) -> dict[int, list[str]]:
    if not ids:
        return {}
    mine, other, owner = aliased(ContactPoint), aliased(ContactPoint), Person
    open_to_all = and_(mine.origin == ContactOrigin.OFFICE, other.origin == ContactOrigin.OFFICE)
    rows = tx.execute(
        select(
            mine.person_id, owner.family_name + " " + owner.given_name,
            and_(people_within(reach, tx.actor), open_to_all),
        )
        .join(other, and_(func.lower(other.value) == func.lower(mine.value), other.person_id != mine.person_id,
                          other.kind == ContactKind.MOBILE))
        .join(owner, and_(owner.id == other.person_id, owner.retired_at.is_(None)))
        .where(mine.person_id == func.any(ids), mine.kind == ContactKind.MOBILE)
        .order_by(owner.sort_key)
        .limit(500)
    )  # fmt: skip
    names: dict[int, set[str]] = defaultdict(set)
    hidden = set()
    for person_id, name, seen in rows:
        if seen:
            names[person_id].add(name.strip())
        else:
            hidden.add(person_id)
    return {
        one: [*([_(SAME, names=listed(sorted(names[one])))] if one in names else []),
              *([_(SAME_OUTSIDE)] if one in hidden else [])]
        for one in ids
    }  # fmt: skip


def _tests(tx: Transaction, ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    there = select(ContactPoint.id).where(ContactPoint.id == MissedInTest.contact_point_id).exists()
    rows = tx.execute(
        select(MissedInTest.person_id, MissedInTest.state, MissedInTest.reason)
        .where(MissedInTest.person_id == func.any(ids), or_(MissedInTest.contact_point_id.is_(None), there))
        .order_by(MissedInTest.delivery_id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for person_id, state, reason in rows:
        why = delivery.reason_text(reason)
        found[person_id].append(f"{said(state)}: {why}" if why else said(state))
    return {one: listed(dict.fromkeys(lines)) for one, lines in found.items()}
