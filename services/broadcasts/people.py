"""People as the lists of this room show them."""

from sqlalchemy import ColumnElement

from data.models.people import ContactKind
from services.people import conditions, shown_mobile
from services.people.search import PeopleAsk, Whose


def named(text: str) -> list[ColumnElement[bool]]:
    """Return the conditions on ``person`` of a search by name, kana or code; those who have left are found too."""
    return conditions(PeopleAsk(text=text, state=Whose.ALL))


def shown_address(channel: str, address: str) -> str:
    """Return an address as people write it; a number gets its hyphens."""
    return shown_mobile(address) if channel == ContactKind.MOBILE else address
