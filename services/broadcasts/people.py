"""People as the lists of this room show them, and those who have not answered."""

from sqlalchemy import ColumnElement, Select, select

from data.models.broadcasts import Recipient
from data.models.delivery import Channel
from data.models.people import Person
from services.people import masked, shown_mobile


def shown_address(channel: str, address: str, *, private: bool = False) -> str:
    """Return an address as people write it; a number gets its hyphens, of a private one most is hidden."""
    if private:
        return masked(address) if address else ""
    return shown_mobile(address) if channel == Channel.SMS else address


def silent(broadcast_id: int, *within: ColumnElement[bool]) -> Select[int]:
    """Return the ids of the active people who were asked and have not answered, as far as ``within``."""
    return (
        select(Recipient.person_id)
        .join(Person, Person.id == Recipient.person_id)
        .where(
            Recipient.broadcast_id == broadcast_id, Recipient.latest_at.is_(None), Person.retired_at.is_(None), *within
        )
    )  # fmt: skip
