"""The ways in which a person is reached (連絡先), with what is known of each; private ones only as far as needed."""

from datetime import datetime

from sqlalchemy import select

from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import query
from core.transaction import Transaction
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState
from services.people.addresses import shown_contact, shown_private
from services.people.within import person_within


class WhosePrivate(Input):
    """Whose private contact points."""

    id: int = field(N_("Number"), hidden=True)


class Contact(Row):
    """A way to reach a person; ``shown`` is the writing for people. Of a private one both are hidden but for its ends.

    ``disputed_at``: the person said then that it is wrong.
    """

    id: int
    kind: ContactKind
    value: str
    shown: str
    state: ContactState
    reason: str | None
    origin: ContactOrigin
    verified_at: datetime | None
    disputed_at: datetime | None

    @property
    def private(self) -> bool:
        """Say whether the person gave it."""
        return self.origin is ContactOrigin.PERSON


@query("people.private_contacts", N_("See private contact points in full"))
def private_contacts(tx: Transaction, ask: WhosePrivate) -> list[Contact]:
    """Return the contact points that a person gave, in full (本人登録の連絡先).

    Raises:
        NotFound: when there is no such person within reach.
    """
    person = person_within(tx, private_contacts, ask.id)
    return [contact for contact in contacts_of(tx, person.id, whole=True) if contact.private]


def contacts_of(tx: Transaction, person_id: int, *, whole: bool = False) -> list[Contact]:
    """Return somebody's contact points in the order in which they want to be reached; ``whole``: private ones too."""
    rows = tx.execute(
        select(ContactPoint).where(ContactPoint.person_id == person_id).order_by(ContactPoint.rank, ContactPoint.id)
        .execution_options(populate_existing=True)
    ).scalars()  # fmt: skip
    return [_contact(row, whole=whole) for row in rows]


def _contact(row: ContactPoint, *, whole: bool) -> Contact:
    hidden = row.origin is ContactOrigin.PERSON and not whole
    shown = shown_private(row.kind, row.value) if hidden else shown_contact(row.kind, row.value)
    reason = row.reason.replace(row.value, shown) if row.reason and hidden else row.reason
    return Contact(
        id=row.id, kind=row.kind, value=shown if hidden else row.value, shown=shown, state=row.state, reason=reason,
        origin=row.origin, verified_at=row.verified_at, disputed_at=row.disputed_at,
    )  # fmt: skip
