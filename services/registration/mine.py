"""What somebody sees of the own contact points (自分の連絡先): those that stand, and those that wait to be proved."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.errors import NotFound
from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.transaction import Transaction
from data.models.people import ContactKind, Person
from data.models.registration import ContactClaim
from services.delivery import app_key, line_channel
from services.people import Contact, contacts_of, masked, shown_contact, shown_private
from services.registration.claims import GONE, MOST_MAILS, is_live
from services.registration.codes import CODE_FOR, MOST_TRIES
from services.registration.own import Speaks
from services.registration.whose import Whose, whose

JUST_TYPED = timedelta(minutes=10)


class WhoseMine(Whose):
    """Whose, and whether it is shown in full: to whoever is signed in, not to whoever has a link."""

    whole: bool = field(N_("In full"), default=True, hidden=True)


class Waiting(Row):
    """What waits to be proved. ``takes_code``: a code is on its way, or came, and is still good."""

    id: int
    kind: ContactKind
    shown: str
    takes_code: bool
    until: datetime
    trouble: str | None


class OwnContacts(Row):
    """Somebody's contact points; ``mails_left``: how many private addresses may still be added.

    ``app_key`` is what browsers are registered with; empty: the app is not used.
    """

    name: str
    language: Speaks
    contacts: list[Contact]
    waiting: list[Waiting]
    mails_left: int
    has_mobile: bool
    has_line: bool
    takes_line: bool
    has_app: bool
    app_key: str

    @property
    def registered(self) -> int:
        """Return how many private contact points stand."""
        return sum(contact.private for contact in self.contacts)


@query("registration.mine", N_("See the own contact points"), own=True)
def own_contacts(tx: Transaction, ask: WhoseMine) -> OwnContacts:
    """Return one's own contact points, with what waits to be proved.

    Raises:
        NotFound: when the person has left.
    """
    person = tx.get(Person, whose(tx, ask))
    if person is None or person.retired_at is not None or person.erased_at is not None:
        raise NotFound(GONE)
    contacts = [one if ask.whole else _in_part(one) for one in contacts_of(tx, person.id, whole=ask.whole)]
    waiting = _waiting(tx, person.id, whole=ask.whole)
    private = {kind: sum(one.private and one.kind is kind for one in contacts) for kind in ContactKind}
    asked = sum(one.kind is ContactKind.MAIL for one in waiting)
    return OwnContacts(
        name=person.name, language=Speaks(person.language), contacts=contacts, waiting=waiting,
        mails_left=max(MOST_MAILS - private[ContactKind.MAIL] - asked, 0),
        has_mobile=bool(private[ContactKind.MOBILE]), has_line=bool(private[ContactKind.LINE]),
        takes_line=line_channel(tx) is not None,
        has_app=bool(private[ContactKind.APP]), app_key=app_key(tx),
    )  # fmt: skip


def _in_part(contact: Contact) -> Contact:
    # A paper that was lost tells nobody where its owner is reached.
    shown = shown_private(contact.kind, contact.value) if not contact.private else contact.shown
    return contact.model_copy(update={"value": shown, "shown": shown, "reason": None})


def _waiting(tx: Transaction, person_id: int, *, whole: bool) -> list[Waiting]:
    mine = select(ContactClaim).where(ContactClaim.person_id == person_id, is_live(tx.now))
    rows = tx.execute(
        mine.where(ContactClaim.kind != ContactKind.LINE).order_by(ContactClaim.created_at, ContactClaim.id)
        .execution_options(populate_existing=True)
    ).scalars()  # fmt: skip
    return [
        Waiting(
            id=row.id, kind=row.kind,
            # Whoever has just typed it looks for a slip of the finger; later nobody needs to read it.
            shown=shown_contact(row.kind, row.value) if whole or row.asked_at > tx.now - JUST_TYPED
            else masked(row.value),
            takes_code=row.trouble is None and row.tries < MOST_TRIES
            and tx.now < (row.code_until or row.asked_at + CODE_FOR),
            until=row.asked_at, trouble=row.trouble,
        )
        for row in rows
    ]  # fmt: skip
