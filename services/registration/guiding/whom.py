"""Whom a guide is for (案内の対象): those that were picked, a list, a department, or everybody within reach."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, text

from core.actor import Reach
from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, field
from core.paging import PageAsk
from core.transaction import Transaction
from data.models.people import ContactKind, ContactPoint, ContactState, Person
from data.models.registration_guides import GuideWay, RegistrationGuide
from services.access import people_within
from services.people import conditions
from services.people.search import PeopleAsk

LATELY = timedelta(days=1)
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('registration_guide'))")
NOBODY = N_("Nobody is found. Choose other people, or also those who have registered something.")
TOO_MANY = N_("These are more than {most} people. Choose a department or a list.")


class Whom(Input):
    """Whom to guide; with ``person_ids`` exactly those, whatever they have registered."""

    person_ids: list[int] = field(N_("People"), default=[], max_length=1_000, hidden=True)
    list_id: int | None = field(N_("List"), default=None, of="people.list_choices")
    department_id: int | None = field(N_("Department and all below"), default=None, of="people.department_choices")
    registered: bool = field(N_("Also people who have registered something"), default=False)


class WhomAsk(PageAsk):
    """The same as the filters of a page."""

    list_id: int | None = field(N_("List"), default=None, of="people.list_choices")
    department_id: int | None = field(N_("Department and all below"), default=None, of="people.department_choices")
    registered: bool = field(N_("Also people who have registered something"), default=False)

    @property
    def whom(self) -> Whom:
        """Return whom it means."""
        return Whom(list_id=self.list_id, department_id=self.department_id, registered=self.registered)


def chosen(tx: Transaction, ask: Whom, reach: Reach) -> Select[int]:
    """Return the ids of those who are meant, are with us, and within a reach."""
    return select(Person.id).where(
        Person.retired_at.is_(None), Person.erased_at.is_(None), people_within(reach, tx.actor), *_meant(ask)
    )


def _meant(ask: Whom) -> list[ColumnElement[bool]]:
    if ask.person_ids:
        return [Person.id == func.any(ask.person_ids)]
    asked = PeopleAsk(list_id=ask.list_id, department_id=ask.department_id)
    return [*conditions(asked), *([] if ask.registered else [~is_registered()])]


def is_registered() -> ColumnElement[bool]:
    """Say of a person that some way to reach them is verified."""
    return exists(select(1).where(ContactPoint.person_id == Person.id, ContactPoint.verified_at.is_not(None)))


def has_address() -> ColumnElement[bool]:
    """Say of a person that there is a mail address that is not known to fail."""
    return exists(select(1).where(*_alive()))


def address() -> ColumnElement[str | None]:
    """Return a person's first mail address that is not known to fail."""
    alive = select(ContactPoint.value).where(*_alive())
    return alive.order_by(ContactPoint.rank, ContactPoint.id).limit(1).correlate(Person).scalar_subquery()


def _alive() -> tuple[ColumnElement[bool], ...]:
    mine = (ContactPoint.person_id == Person.id, ContactPoint.kind == ContactKind.MAIL)
    return (*mine, ContactPoint.state != ContactState.DEAD)


def guided_lately(tx: Transaction, way: GuideWay) -> ColumnElement[bool]:
    """Say of a person that such a guide went out, or is on its way, since this time yesterday."""
    mine = (RegistrationGuide.person_id == Person.id, RegistrationGuide.way == way)
    since = RegistrationGuide.asked_at > tx.now - LATELY
    return exists(select(1).where(*mine, since, RegistrationGuide.trouble.is_(None)))


def on_the_way(tx: Transaction) -> ColumnElement[bool]:
    """Say of a person that a mail waits to go out: another one would make its link void before it arrives."""
    mine = (RegistrationGuide.person_id == Person.id, RegistrationGuide.way == GuideWay.MAIL)
    waits = (RegistrationGuide.sent_at.is_(None), RegistrationGuide.trouble.is_(None))
    return exists(select(1).where(*mine, *waits, RegistrationGuide.asked_at > tx.now - LATELY))


def one_after_the_other(tx: Transaction) -> None:
    """Wait until nobody else guides: of two mails or pages that are made at once the first one's link is void."""
    tx.execute(ONE_AT_A_TIME)


def refuse_unless_some(count: int, most: int) -> None:
    """Raise unless there is somebody, and not too many.

    Raises:
        Refused: otherwise.
    """
    if not count:
        raise Refused(NOBODY)
    if count > most:
        raise Refused(TOO_MANY, most=f"{most:,}")


def skipped(tx: Transaction, way: GuideWay, *, again: bool) -> ColumnElement[bool]:
    """Say of a person that nothing is to be done now."""
    if way is GuideWay.MAIL:
        return on_the_way(tx) if again else or_(on_the_way(tx), guided_lately(tx, way))
    return false() if again else guided_lately(tx, way)
