"""Which addresses somebody has shown to work (確認済み), and since when: only their owner can, no server."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from data.models.delivery import Delivery, DeliveryState
from data.models.people import ContactPoint


def unproved(since: datetime) -> ColumnElement[bool]:
    """Return the condition on ``contact_point`` that nobody has shown since then that it works.

    Its owner does by a code or a link when registering it, and by the link in a message that came there.
    """
    used = select(1).where(
        Delivery.person_id == ContactPoint.person_id,
        Delivery.contact_point_id == ContactPoint.id,
        Delivery.state == DeliveryState.DELIVERED,
        Delivery.updated_at > since,
    )
    # Joined by AND: under an OR PostgreSQL would look each address up in the ledger for itself.
    return func.coalesce(ContactPoint.verified_at <= since, True) & ~used.exists()
