"""The counts from which the setup guide tells the state of its steps: one statement, whole organisation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core.database import Base
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
    last_test, test_id = _last_test(tx)
    people = tx.execute(_people()).one()
    counted = [tx.execute(statement).one()._asdict() for statement in (_contacts(), _masters())]
    return Facts(
        **{name: value for row in counted for name, value in row.items()},
        people=people.all,
        without_department=people.all - people.with_department,
        without_region=people.all - people.with_region,
        without_contact=people.all - people.with_contact,
        last_test=last_test,
        test_missed=_missed(tx, test_id),
    )


def _masters() -> Select[*tuple[Any, ...]]:
    shipped = and_(PermissionSet.shipped.is_not(None), PermissionSet.shipped != ADMINISTRATOR)
    managers = select(func.count()).select_from(PermissionAssignment).join(PermissionSet).where(shipped)
    return select(
        exists(select(Membership.person_id)).label("memberships"),
        exists(select(PersonRegion.person_id)).label("regions"),
        exists(select(ContactPoint.id)).label("contact_points"),
        _count(Department, Department.retired_at.is_(None)).label("departments"),
        managers.scalar_subquery().label("managers"),
        _count(QuakeRule, QuakeRule.enabled.is_(True)).label("rules_on"),
        _count(MailTemplate).label("templates"),
        _count(QuestionForm).label("forms"),
        _count(Broadcast, and_(Broadcast.kind != BroadcastKind.TEST, Broadcast.sent_at.is_not(None))).label("everyday"),
    )


def _people() -> Select[*tuple[Any, ...]]:
    # Those who have one are counted along an index: to look each person up in three tables costs eight times as much.
    return select(
        _count(Person, Person.retired_at.is_(None)).label("all"),
        _owners(Membership.person_id).label("with_department"),
        _owners(PersonRegion.person_id).label("with_region"),
        _owners(ContactPoint.person_id).label("with_contact"),
    )


def _owners(person_id: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    return select(func.count(person_id.distinct())).where(person_id.not_in(_gone())).scalar_subquery()


def _gone() -> Select[int]:
    return select(Person.id).where(Person.retired_at.is_not(None))


def _contacts() -> Select[*tuple[Any, ...]]:
    mail = ContactPoint.kind == ContactKind.MAIL
    return select(
        func.count().filter(mail).label("mail_addresses"),
        func.count().filter(and_(mail, ContactPoint.state == ContactState.UNTRIED)).label("untried"),
        func.count().filter(ContactPoint.state == ContactState.DEAD).label("dead"),
    ).where(ContactPoint.person_id.not_in(_gone()))


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


def _count(model: type[Base], condition: ColumnElement[bool] | None = None) -> ScalarSelect[int]:
    statement = select(func.count()).select_from(model)
    return (statement if condition is None else statement.where(condition)).scalar_subquery()
