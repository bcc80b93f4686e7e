"""The rehearsal (予行, N02): who would be reached by which channel, who would not and why; nothing is sent."""

from typing import Any

from sqlalchemy import Select, case, func, select

from core.i18n import N_
from core.inputs import Row, field
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.delivery import DeliveryState, ProviderKind
from data.models.people import Department, Membership, Person
from services.delivery.plan import planned, reason_text
from services.delivery.providers import Limits, LocalMailbox, SmtpProvider
from services.delivery.sender import current_sender
from services.delivery.sending import LANES
from services.people import masked

LIMITS: dict[ProviderKind, Limits] = {ProviderKind.LOCAL: LocalMailbox.limits, ProviderKind.SMTP: SmtpProvider.limits}


class Missed(Row):
    """How many people are not reached for one reason."""

    reason: str
    people: int

    @property
    def text(self) -> str:
        """Return the reason in the current language."""
        return reason_text(self.reason)


class ChannelForecast(Row):
    """How many messages go by one channel."""

    channel: str
    messages: int


class Forecast(Row):
    """What a sending would do: people asked, reached and missed, messages by channel, and how long it takes."""

    people: int
    reached: int
    channels: list[ChannelForecast]
    missed: list[Missed]
    provider: ProviderKind
    seconds: float

    @property
    def not_reached(self) -> int:
        """Return how many people nothing would reach."""
        return self.people - self.reached


class RehearsalAsk(PageAsk):
    """Which people of a rehearsal."""

    reached: bool | None = field(N_("Reached"), default=None)


class RehearsalLine(Row):
    """One person: the addresses that would be used, or why there is none."""

    id: int
    code: str
    name: str
    department: str
    addresses: list[str]
    reason: str

    @property
    def reached(self) -> bool:
        """Say whether anything would be sent."""
        return bool(self.addresses)


def rehearse(tx: Transaction, people: Select[int]) -> Forecast:
    """Return the forecast for these people (ids, each once), from the statement that a mailing would freeze."""
    person = _by_person(people)
    rows = tx.execute(
        select(case((person.c.messages == 0, person.c.reason)).label("why"), func.count(), func.sum(person.c.messages))
        .group_by("why")
        .order_by(func.count().desc())
    ).all()
    messages = sum(int(row[2]) for row in rows)
    provider = current_sender(tx).provider
    return Forecast(
        people=sum(row[1] for row in rows),
        reached=sum(row[1] for row in rows if row[0] is None),
        channels=[ChannelForecast(channel="mail", messages=messages)] if messages else [],
        missed=[Missed(reason=row[0], people=row[1]) for row in rows if row[0] is not None],
        provider=provider,
        seconds=messages / (LIMITS[provider].per_second * LANES),
    )


def rehearsal_page(tx: Transaction, people: Select[int], ask: RehearsalAsk) -> Page[RehearsalLine]:
    """Return a page of these people by name, with the addresses that would be used or the reason why there is none."""
    person = _by_person(people)
    statement = (
        select(Person, Department.full_name, person.c.addresses, person.c.private, person.c.reason)
        .join(person, person.c.person_id == Person.id)
        .outerjoin(Membership, (Membership.person_id == Person.id) & Membership.main)
        .outerjoin(Department, Department.id == Membership.department_id)
    )
    if ask.reached is not None:
        statement = statement.where(person.c.messages > 0 if ask.reached else person.c.messages == 0)
    orders = {"name": (Person.sort_key, Person.id), "code": (Person.code, Person.id)}
    return fetch_page(tx, statement, ask, orders=orders, make=_line)


def _line(row: Any) -> RehearsalLine:
    addresses = [
        masked(one) if private else one for one, private in zip(row.addresses or [], row.private or [], strict=True)
    ]
    return RehearsalLine(
        id=row.Person.id, code=row.Person.code, name=row.Person.name, department=row.full_name or "",
        addresses=addresses, reason="" if addresses else reason_text(row.reason),
    )  # fmt: skip


def _by_person(people: Select[int]) -> Any:
    plan = planned(people).subquery("plan")
    sendable = plan.c.state == DeliveryState.WAITING
    return (
        select(
            plan.c.person_id,
            func.count().filter(sendable).label("messages"),
            func.array_agg(plan.c.address).filter(sendable).label("addresses"),
            func.array_agg(plan.c.private).filter(sendable).label("private"),
            func.min(plan.c.reason).label("reason"),
        )
        .group_by(plan.c.person_id)
        .subquery("by_person")
    )
