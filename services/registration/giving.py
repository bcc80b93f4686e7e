"""Giving a contact point (連絡先の申告): what is given is noted, counted, and a message goes there that proves it."""

from collections.abc import Mapping
from typing import Any

from core.inputs import Row
from core.transaction import Transaction
from data.models.people import ContactKind
from services.registration.brakes import count_message
from services.registration.claims import claim
from services.registration.proofs import prove_soon


class Claimed(Row):
    """What waits to be confirmed now."""

    id: int


def claim_soon(
    tx: Transaction, person_id: int, kind: ContactKind, value: str, subscription: Mapping[str, Any] | None = None
) -> Claimed:
    """Note what somebody gave, and have the message sent that proves it.

    Raises:
        Refused: when it is registered for the person. Unavailable: when too many messages were asked for.
    """
    claim_id = claim(tx, person_id, kind, value, subscription)
    count_message(tx, person_id, kind, value)
    prove_soon(tx, claim_id)
    tx.note(f"person:{person_id}", None, kind)
    return Claimed(id=claim_id)
