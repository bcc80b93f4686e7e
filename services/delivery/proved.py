"""What shows that an address works (確認済み), and since when: only its owner can show it, no server."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from data.models.delivery import Delivery, Receipt
from data.models.people import ContactPoint

Moment = datetime | InstrumentedAttribute[datetime]


def unproved(since: Moment) -> ColumnElement[bool]:
    """Return the condition on ``contact_point`` that nobody has shown since then that it works.

    Its owner does by a code or a link when registering it, and by the link in a message that came there.
    """
    # Joined by AND: under an OR PostgreSQL would look each address up in the ledger for itself.
    return func.coalesce(ContactPoint.verified_at <= since, True) & ~answered(since)


def answered(since: Moment) -> ColumnElement[bool]:
    """Return the condition on ``contact_point`` that somebody has used the link in a message there since then."""
    used = aliased(Delivery)
    found = select(1).where(
        used.person_id == ContactPoint.person_id, used.contact_point_id == ContactPoint.id,
        used.receipt == Receipt.ANSWERED, used.updated_at > since,
    )  # fmt: skip
    return found.exists()


def speaks(sent: Moment) -> ColumnElement[bool]:
    """Return the condition on ``contact_point`` that what was sent there then says anything of its state as it is now.

    It does not once the address was revived (再開) or registered anew: what it failed with before was dealt with.
    """
    return func.coalesce(ContactPoint.state_at <= sent, True)
