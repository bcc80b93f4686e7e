"""The counts from which the setup guide tells the state of its steps: one statement, whole organisation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select

from core.transaction import Transaction
from data.models.access import PermissionAssignment, PermissionSet
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, MailTemplate, QuestionForm
from data.models.delivery import Delivery, DeliveryState, Mailing
from data.models.people import ContactKind, ContactPoint, ContactState, Department, Membership, Person, PersonRegion
from data.models.safety import QuakeRule
from services.access.shipped import ADMINISTRATOR


@dataclass(frozen=True)
class Facts:
    """How many of what; people and what hangs on them without those who left."""

    people: int
    without_department: int
    without_region: int
    without_contact: int
    memberships: bool
    regions: bool
    contact_points: bool
    departments: int
    managers: int
    rules_on: int
    templates: int
    forms: int
    mail_addresses: int
    untried: int
    dead: int
    everyday: int
    last_test: datetime | None
    test_missed: int


def gather(tx: Transaction) -> Facts:
    """Count everything that the guide needs."""
    people, no_department, no_region, no_contact = tx.execute(_people()).one()
    mails, untried, dead = tx.execute(_contacts()).one()
    last_test, test_id = _last_test(tx)
    small = tx.execute(
        select(
            select(exists(select(Membership.person_id))).scalar_subquery(),
            select(exists(select(PersonRegion.person_id))).scalar_subquery(),
            select(exists(select(ContactPoint.id))).scalar_subquery(),
            _count(Department, Department.retired_at.is_(None)),
            select(func.count())
            .select_from(PermissionAssignment)
            .join(PermissionSet)
            .where(PermissionSet.shipped.is_not(None), PermissionSet.shipped != ADMINISTRATOR)
            .scalar_subquery(),
            _count(QuakeRule, QuakeRule.enabled),
            _count(MailTemplate),
            _count(QuestionForm),
            _count(Broadcast, and_(Broadcast.kind != BroadcastKind.TEST, Broadcast.sent_at.is_not(None))),
        )
    ).one()
    return Facts(
        people, no_department, no_region, no_contact, *small[:8], mails, untried, dead, small[8],
        last_test, _missed(tx, test_id),
    )  # fmt: skip


def _people() -> Select[tuple[int, int, int, int]]:
    lacks = [
        ~exists(select(1).where(table.person_id == Person.id)) for table in (Membership, PersonRegion, ContactPoint)
    ]
    return select(func.count(), *[func.count().filter(lack) for lack in lacks]).where(Person.retired_at.is_(None))


def _contacts() -> Select[tuple[int, int, int]]:
    mail = ContactPoint.kind == ContactKind.MAIL
    return (
        select(
            func.count().filter(mail),
            func.count().filter(and_(mail, ContactPoint.state == ContactState.UNTRIED)),
            func.count().filter(ContactPoint.state == ContactState.DEAD),
        )
        .join(Person, Person.id == ContactPoint.person_id)
        .where(Person.retired_at.is_(None))
    )


def _last_test(tx: Transaction) -> tuple[datetime | None, int | None]:
    found = tx.execute(
        select(Broadcast.sent_at, Broadcast.id)
        .where(Broadcast.kind == BroadcastKind.TEST, Broadcast.sent_at.is_not(None))
        .where(or_(Broadcast.state == BroadcastState.OPEN, Broadcast.state == BroadcastState.CLOSED,
                   Broadcast.state == BroadcastState.SENDING))
        .order_by(Broadcast.sent_at.desc())
        .limit(1)
    ).first()  # fmt: skip
    return (found[0], found[1]) if found else (None, None)


def _missed(tx: Transaction, broadcast_id: int | None) -> int:
    if broadcast_id is None:
        return 0
    states = (DeliveryState.FAILED, DeliveryState.NOT_SENT, DeliveryState.UNKNOWN)
    return int(
        tx.scalar(
            select(func.count())
            .select_from(Delivery)
            .join(Mailing, Mailing.id == Delivery.mailing_id)
            .where(Mailing.broadcast_id == broadcast_id, Delivery.state.in_(states))
        )
    )


def _count(model: type, condition: object = None) -> object:
    statement = select(func.count()).select_from(model)
    return (statement if condition is None else statement.where(condition)).scalar_subquery()  # type: ignore[arg-type]
