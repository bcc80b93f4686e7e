"""The registration link of one person (登録リンク): the office makes and voids it, others their own."""

from datetime import datetime

from sqlalchemy import select, update

from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.people import Person
from data.models.registration import RegistrationLink
from services.people.within import person_within
from services.registration.links import VALID_DAYS, make_links
from services.registration.whose import Whose, whose


class WhichPerson(Input):
    """Whose link."""

    person_id: int = field(N_("Person"), hidden=True)


class NewLink(WhichPerson):
    """For whom a link is made, and for how long it is good."""

    days: int = field(N_("Good for"), default=VALID_DAYS, ge=1, le=366, unit=N_("days"))


class LinkRow(Row):
    """A link as it stands; its address is known only to whoever it was given to."""

    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    revoked_at: datetime | None
    good: bool


class MadeLink(Row):
    """The address, to be seen this once."""

    url: str = field(N_("Registration link"), secret=True)
    expires_at: datetime


@query("registration.link", N_("See whether somebody has a registration link"))
def link(tx: Transaction, ask: WhichPerson) -> LinkRow | None:
    """Return the link that a person has or had; None: nobody ever made one.

    Raises:
        NotFound: when there is no such person within reach.
    """
    person = person_within(tx, link, ask.person_id)
    row = tx.get(RegistrationLink, person.id)
    if row is None:
        return None
    return LinkRow(
        created_at=row.created_at, expires_at=row.expires_at, opened_at=row.opened_at, revoked_at=row.revoked_at,
        good=row.revoked_at is None and row.expires_at > tx.now and person.retired_at is None,
    )  # fmt: skip


@operation("registration.make_link", N_("Make registration links"), touches="registration_link")
def make_link(tx: Transaction, ask: NewLink) -> MadeLink:
    """Make the link by which one person registers without an account; one that was made before is void.

    Raises:
        NotFound: when there is no such person within reach. Refused: when the person has left.
    """
    return _made(tx, person_within(tx, make_link, ask.person_id).id, ask.days)


@operation("registration.own_link", N_("Make the own registration link"), touches="registration_link", own=True)
def own_link(tx: Transaction, ask: Whose) -> MadeLink:
    """Make the link by which one registers on the own phone; one that was made before is void, on paper too.

    Raises:
        NotAllowed: when it is for nobody, or for somebody else. Refused: when one has left.
    """
    return _made(tx, whose(tx, ask), VALID_DAYS)


@operation("registration.revoke_link", N_("Void registration links"), touches="registration_link")
def revoke_link(tx: Transaction, ask: WhichPerson) -> None:
    """Make a link no good any more, for instance because the paper was lost.

    Raises:
        NotFound: when there is no such person within reach, or no link that is good.
    """
    person: Person = person_within(tx, revoke_link, ask.person_id)
    mine = update(RegistrationLink).where(
        RegistrationLink.person_id == person.id, RegistrationLink.revoked_at.is_(None),
        RegistrationLink.expires_at > tx.now,
    )  # fmt: skip
    if not tx.changed_rows(mine.values(revoked_at=tx.now).execution_options(synchronize_session=False)):
        raise NotFound(N_("There is no registration link that is good."))
    tx.session.expire_all()
    tx.note(f"person:{person.id}", "link", None)


def _made(tx: Transaction, person_id: int, days: int) -> MadeLink:
    made = make_links(tx, [person_id], days=days)
    if person_id not in made:
        raise Refused(N_("This person is retired. Take the person back first."))
    tx.note(f"person:{person_id}", None, {"days": days})
    until = tx.scalar(select(RegistrationLink.expires_at).where(RegistrationLink.person_id == person_id))
    return MadeLink(url=made[person_id], expires_at=until)
