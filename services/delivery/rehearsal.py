"""The rehearsal (予行, N02): who would be reached by which channel, who would not and why; nothing is sent."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, func, select

from core.i18n import N_
from core.inputs import Row, field
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.delivery import Channel, ProviderKind
from data.models.people import Department, Membership, Person
from services.delivery.carriers import limits_of, switched_off
from services.delivery.plan import MAIL_ONLY, planned
from services.delivery.reasons import reason_text
from services.delivery.sender import current_sender
from services.delivery.sending import LANES
from services.people import masked, shown_mobile


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

    channel: Channel
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


def rehearse(
    tx: Transaction,
    people: Select[int],
    channels: Sequence[Channel] = MAIL_ONLY,
    otherwise: Sequence[Channel] = (),
) -> Forecast:
    """Return the forecast for these people (ids, each once), from the statement that a mailing would freeze."""
    person = _by_person(tx, people, channels, otherwise, addresses=False)
    used = list(dict.fromkeys([*channels, *otherwise]))
    rows = tx.execute(
        select(
            case((person.c.messages == 0, person.c.reason)).label("why"), func.count(),
            *[func.sum(person.c[channel.value]) for channel in used],
        )
        .group_by("why")
        .order_by(func.count().desc())
    ).all()  # fmt: skip
    messages = {channel: sum(int(row[at]) for row in rows) for at, channel in enumerate(used, 2)}
    provider = current_sender(tx).provider
    seconds = [messages[one] / (limits_of(tx, one).per_second * LANES) for one in used]
    return Forecast(
        people=sum(row[1] for row in rows),
        reached=sum(row[1] for row in rows if row[0] is None),
        channels=[ChannelForecast(channel=one, messages=count) for one, count in messages.items() if count],
        missed=[Missed(reason=row[0], people=row[1]) for row in rows if row[0] is not None],
        provider=provider,
        seconds=max(seconds),
    )


def rehearsal_page(
    tx: Transaction,
    people: Select[int],
    ask: RehearsalAsk,
    channels: Sequence[Channel] = MAIL_ONLY,
    otherwise: Sequence[Channel] = (),
) -> Page[RehearsalLine]:
    """Return a page of these people by name, with the addresses that would be used or the reason why there is none."""
    person = _by_person(tx, people, channels, otherwise)
    statement = (
        select(Person, Department.full_name, person.c.addresses, person.c.private, person.c.by, person.c.reason)
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
        masked(one) if private else _as_written(by, one)
        for one, private, by in zip(row.addresses or [], row.private or [], row.by or [], strict=True)
    ]
    return RehearsalLine(
        id=row.Person.id, code=row.Person.code, name=row.Person.name, department=row.full_name or "",
        addresses=addresses, reason="" if addresses else reason_text(row.reason),
    )  # fmt: skip


def _as_written(channel: str, address: str) -> str:
    return shown_mobile(address) if channel == Channel.SMS else address


def _by_person(
    tx: Transaction,
    people: Select[int],
    channels: Sequence[Channel],
    otherwise: Sequence[Channel],
    *,
    addresses: bool = True,
) -> Any:
    off = switched_off(tx, [*channels, *otherwise])
    # OFFSET 0: why nothing is sent is found out once a row, and not anew in each sum.
    plan = planned(people, channels, otherwise, off).offset(0).subquery("plan")
    sendable = plan.c.reason.is_(None)
    used: dict[str, Any] = {"addresses": plan.c.address, "private": plan.c.private, "by": plan.c.channel}
    return (
        select(
            plan.c.person_id,
            func.count().filter(sendable).label("messages"),
            *[func.array_agg(column).filter(sendable).label(name) for name, column in used.items() if addresses],
            *[
                func.count().filter(sendable, plan.c.channel == one.value).label(one.value)
                for one in dict.fromkeys([*channels, *otherwise])
            ],
            func.min(plan.c.reason).label("reason"),
        )
        .group_by(plan.c.person_id)
        .subquery("by_person")
    )
