"""People as the lists of this room show them."""

from data.models.delivery import Channel
from services.people import masked, shown_mobile


def shown_address(channel: str, address: str, *, private: bool = False) -> str:
    """Return an address as people write it; a number gets its hyphens, of a private one most is hidden."""
    if private:
        return masked(address) if address else ""
    return shown_mobile(address) if channel == Channel.SMS else address
