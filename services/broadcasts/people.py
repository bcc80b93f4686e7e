"""People as the lists of this room show them."""

from data.models.people import ContactKind
from services.people import shown_mobile


def shown_address(channel: str, address: str) -> str:
    """Return an address as people write it; a number gets its hyphens."""
    return shown_mobile(address) if channel == ContactKind.MOBILE else address
