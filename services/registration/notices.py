"""A mail to where the office reaches somebody, when a private contact point was registered (登録のお知らせ).

Whoever finds somebody's registration link can register an address of their own: its owner hears of it.
"""

from contextlib import closing

import structlog
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from core.errors import Unavailable
from core.i18n import N_, _, using_language
from core.jobs import enqueue, job
from core.shown import said
from core.transaction import Transaction
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState, Person
from services.delivery import current_sender, from_of, provider_of
from services.delivery.letters import From, Mail, Skeleton
from services.delivery.messages import new_message_id
from services.people import shown_private

SYSTEM = Actor.system("registration")
SUBJECT = N_("A contact point was registered for you")
BODY = N_(
    "{name}\n\nThis was registered as a way to reach you in an emergency:\n\n{what}\n\n"
    "If it was you, there is nothing to do. If it was not, tell your office at once."
)
log = structlog.get_logger("registration")


def tell_owner_soon(tx: Transaction, person_id: int, point_id: int) -> None:
    """Have a mail sent to each address that the office has of the person, about what was registered."""
    office = select(ContactPoint.id).where(
        ContactPoint.person_id == person_id, ContactPoint.kind == ContactKind.MAIL,
        ContactPoint.origin == ContactOrigin.OFFICE, ContactPoint.state != ContactState.DEAD,
    )  # fmt: skip
    for to_id in tx.execute(office.order_by(ContactPoint.id)).scalars():  # three at most
        enqueue(tx, tell_owner, once=f"registration.tell_owner:{point_id}:{to_id}", point_id=point_id, to_id=to_id)


@job("registration.tell_owner", retries=4)
def tell_owner(point_id: int, to_id: int) -> None:
    """Send one of these mails; there is none about what was removed meanwhile.

    Raises:
        ProviderDown: when the provider takes nothing at the moment.
        Unavailable: when it put the mail off.
    """
    with transaction(SYSTEM) as tx:
        row = current_sender(tx)
        letter, provider = _letter(tx, from_of(row), point_id, to_id), provider_of(row)
    if letter is None:
        return
    with closing(provider):
        outcome = next(iter(provider.send([letter])))
    if not outcome.accepted:
        log.warning("mail about a registration was not taken", word=outcome.word, permanent=outcome.permanent)
        if not outcome.permanent:
            raise Unavailable(N_("The mail server put a mail off. It is tried again."))


def _letter(tx: Transaction, sender: From, point_id: int, to_id: int) -> Mail | None:
    point, to = tx.get(ContactPoint, point_id), tx.get(ContactPoint, to_id)
    person = tx.get(Person, point.person_id) if point and to and point.person_id == to.person_id else None
    if point is None or to is None or person is None or person.retired_at is not None:
        return None
    with using_language(person.language):
        what = f"{said(point.kind)}  {shown_private(point.kind, point.value)}".strip()
        skeleton = Skeleton(sender, _(SUBJECT), _(BODY), {"what": what})
    message_id = new_message_id("registered", sender.address)
    return skeleton.letter(0, message_id, to.value, person.name, {"name": person.name})
