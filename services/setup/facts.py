"""What the setup guide tells the state of its steps by: the counts of people, and a few small tables beside them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, any_, exists, func, or_, select

from core.database import Base
from core.transaction import Transaction
from data.models.access import PermissionAssignment, PermissionSet
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, MailTemplate, QuestionForm
from data.models.delivery import DeliveryState, DeliveryTotal, Mailing
from data.models.people import ContactPoint, Department, Membership, PersonRegion
from data.models.safety import Rule
from services.access.shipped import ADMINISTRATOR
from services.network import whole_network
from services.setup.headcount import Headcount


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
    wrong: int
    to_mend: int
    everyday: int
    last_test: datetime | None
    test_missed: int
    counted_at: datetime | None
    """When a job counted the people; None: this moment."""


def gather(tx: Transaction, people: Headcount) -> Facts:
    """Put the counts of people together with everything else that the guide needs."""
    last_test, test_id = _last_test(tx)
    network = whole_network(tx)
    return Facts(
        people=people.people,
        without_department=people.people - people.with_department,
        without_region=people.people - people.with_region,
        without_contact=people.people - people.with_contact,
        mail_addresses=people.mail_addresses,
        untried=people.untried,
        dead=people.dead,
        wrong=network.wrong,
        to_mend=network.to_mend,
        counted_at=people.counted_at,
        **tx.execute(_masters()).one()._asdict(),
        last_test=last_test,
        test_missed=_missed(tx, test_id),
    )


def _masters() -> Select[*tuple[Any, ...]]:
    shipped = and_(PermissionSet.shipped.is_not(None), PermissionSet.shipped != ADMINISTRATOR)
    # By their numbers, set by set: else PostgreSQL reads everything that anybody was given.
    sets = func.array(select(PermissionSet.id).where(shipped).scalar_subquery())
    managers = select(func.count()).select_from(PermissionAssignment).where(PermissionAssignment.set_id == any_(sets))
    return select(
        exists(select(Membership.person_id)).label("memberships"),
        exists(select(PersonRegion.person_id)).label("regions"),
        exists(select(ContactPoint.id)).label("contact_points"),
        _count(Department, Department.retired_at.is_(None)).label("departments"),
        managers.scalar_subquery().label("managers"),
        _count(Rule, Rule.enabled.is_(True)).label("rules_on"),
        _count(MailTemplate).label("templates"),
        _count(QuestionForm).label("forms"),
        _count(Broadcast, and_(Broadcast.kind != BroadcastKind.TEST, Broadcast.sent_at.is_not(None))).label("everyday"),
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
            select(func.coalesce(func.sum(DeliveryTotal.count), 0))
            .join(Mailing, Mailing.id == DeliveryTotal.mailing_id)
            .where(Mailing.broadcast_id == broadcast_id, DeliveryTotal.state.in_(states))
        )
    )


def _count(model: type[Base], condition: ColumnElement[bool] | None = None) -> ScalarSelect[int]:
    statement = select(func.count()).select_from(model)
    return (statement if condition is None else statement.where(condition)).scalar_subquery()
