"""Who was guided when, and what became of it (登録案内の状況, D11)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, exists, false, func, select, true
from sqlalchemy.orm import aliased

from core.i18n import N_, _
from core.inputs import Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from core.words import named
from data.models.access import Account
from data.models.people import ContactPoint, Department, Membership, Person
from data.models.registration import RegistrationLink
from data.models.registration_guides import GuideWay, RegistrationGuide
from services.access import called, people_within
from services.delivery import cause
from services.registration.guiding.mail import GONE, NO_ADDRESS, TOO_LATE

BY = aliased(Person, name="guided_by")
OWN_WORDS = {
    GONE: N_("The person has left."),
    NO_ADDRESS: N_("There is no mail address any more."),
    TOO_LATE: N_("The mail could not be sent for a day. Send it again."),
}


class GuideState(StrEnum):
    """How far somebody came with a guide."""

    WAITING = "waiting"
    SENT = "sent"
    PRINTED = "printed"
    OPENED = "opened"
    REGISTERED = "registered"
    FAILED = "failed"


named(GuideWay, mail=N_("Mail"), print=N_("Printed page"))
named(
    GuideState,
    waiting=N_("On its way"),
    sent=N_("Sent"),
    printed=N_("Printed"),
    opened=N_("Page opened"),
    registered=N_("Registered"),
    failed=N_("Failed"),
)


class GuidesAsk(PageAsk):
    """Which guides; everything given must hold."""

    sort: str = field(N_("Order"), default="-asked", hidden=True)
    text: str = field(N_("Name, kana or code"), default="", max_length=100, personal=True)
    state: GuideState | None = field(N_("State"), default=None)
    way: GuideWay | None = field(N_("Guided by"), default=None)


class GuideRow(Row):
    """A guide of somebody. ``opened_at`` and ``registered_at``: after it went out, if so."""

    id: int
    person_id: int
    name: str = field(N_("Name"))
    code: str = field(N_("Code"))
    department: str = field(N_("Main department"))
    way: GuideWay = field(N_("Guided by"))
    state: GuideState = field(N_("State"))
    reason: str = field(N_("Reason"))
    asked_at: datetime = field(N_("Guided at"))
    sent_at: datetime | None = field(N_("Sent or printed at"))
    opened_at: datetime | None = field(N_("Page opened at"))
    registered_at: datetime | None = field(N_("Registered at"))
    by: str = field(N_("By"))


@query("registration.guides", N_("See who was guided to register"))
def guides(tx: Transaction, ask: GuidesAsk) -> Page[GuideRow]:
    """Return a page of the guides of people within reach, the newest first; who was reminded is in it several times."""
    main = (
        select(Department.full_name).join(Membership).where(Membership.person_id == Person.id, Membership.main)
    ).correlate(Person).scalar_subquery()  # fmt: skip
    statement = (
        select(RegistrationGuide, Person, _state().label("stands"), main.label("department"),
               _registered_at().label("registered_at"), RegistrationLink.opened_at, BY.family_name, BY.given_name)
        .join(Person, Person.id == RegistrationGuide.person_id)
        .outerjoin(RegistrationLink, RegistrationLink.person_id == RegistrationGuide.person_id)
        .outerjoin(Account, Account.id == RegistrationGuide.asked_by)
        .outerjoin(BY, BY.id == Account.person_id)
        .where(people_within(guides.reach(tx), tx.actor), *called(ask.text))
    )  # fmt: skip
    if ask.way is not None:
        statement = statement.where(RegistrationGuide.way == ask.way)
    if ask.state is not None:
        statement = statement.where(*_is(ask.state))
    orders = {"asked": (RegistrationGuide.asked_at, RegistrationGuide.id)}
    return fetch_page(tx, statement, ask, orders=orders, make=_row)


def _stages() -> dict[GuideState, ColumnElement[bool]]:
    """Return how each state is told; the first one that holds is meant."""
    return {
        GuideState.FAILED: RegistrationGuide.trouble.is_not(None),
        GuideState.WAITING: RegistrationGuide.sent_at.is_(None),
        GuideState.REGISTERED: exists(select(1).where(*_verified_after())),
        GuideState.OPENED: func.coalesce(RegistrationLink.opened_at >= RegistrationGuide.sent_at, false()),
        GuideState.PRINTED: RegistrationGuide.way == GuideWay.PRINT,
        GuideState.SENT: true(),
    }


def _state() -> ColumnElement[str]:
    return case(*[(holds, state.value) for state, holds in _stages().items()])


def _is(state: GuideState) -> list[ColumnElement[bool]]:
    """Return the conditions one by one: the database then reads along the fewest rows, not along all guides."""
    stages = list(_stages().items())
    at = [one for one, _holds in stages].index(state)
    return [~holds for _one, holds in stages[:at]] + [stages[at][1]]


def _verified_after() -> tuple[ColumnElement[bool], ...]:
    mine = ContactPoint.person_id == RegistrationGuide.person_id
    return mine, ContactPoint.verified_at.is_not(None), ContactPoint.verified_at >= RegistrationGuide.sent_at


def _registered_at() -> Any:
    first = select(func.min(ContactPoint.verified_at)).where(*_verified_after())
    return first.correlate(RegistrationGuide).scalar_subquery()


def _row(row: Any) -> GuideRow:
    one: RegistrationGuide = row.RegistrationGuide
    opened = row.opened_at if one.sent_at and row.opened_at and row.opened_at >= one.sent_at else None
    return GuideRow(
        id=one.id, person_id=one.person_id, name=row.Person.name, code=row.Person.code,
        department=row.department or "", way=one.way, state=row.stands, reason=_reason(one), asked_at=one.asked_at,
        sent_at=one.sent_at, opened_at=opened, registered_at=row.registered_at,
        by=f"{row.family_name or ''} {row.given_name or ''}".strip(),
    )  # fmt: skip


def _reason(one: RegistrationGuide) -> str:
    word = one.trouble or (one.put_off if one.sent_at is None else None)
    if word is None:
        return ""
    return _(OWN_WORDS[word]) if word in OWN_WORDS else cause(word)
