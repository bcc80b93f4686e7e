"""The link of a delivery: its id, signed. Nothing is stored and nothing can be guessed (返信用リンク, D13).

A token is ``<id in base 36>-<HMAC-SHA256 cut to 128 bits, in hexadecimal>``, lower case; upper case is read as well,
since some mail programs and people change it.
"""

import hmac
from uuid import UUID

from core import secrets

SIGNATURE_BYTES = 16
LONGEST = 64
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
HIGHEST = 2**63 - 1


def sign(delivery_id: int) -> str:
    """Return the token of a delivery."""
    return f"{_base36(delivery_id)}-{_signature('reply link', delivery_id, SIGNATURE_BYTES)}"


def verify(token: str) -> int | None:
    """Return the delivery's id, or None when we never signed this; takes the same time for every wrong signature."""
    if len(token) > LONGEST or not token.isascii():
        return None
    number, _, signature = token.lower().partition("-")
    if not number or number.strip(DIGITS):
        return None
    delivery_id = int(number, 36)
    if delivery_id > HIGHEST:
        return None
    expected = sign(delivery_id)
    return delivery_id if hmac.compare_digest(f"{number}-{signature}".encode(), expected.encode()) else None


def message_id(delivery_id: int, domain: str) -> str:
    """Return the Message-ID of a delivery: always the same one, and no help for guessing its token."""
    return f"<{_base36(delivery_id)}.{_signature('message id', delivery_id, 8)}@{domain}>"


def retry_key(delivery_id: int) -> str:
    """Return the key under which a provider takes a delivery once, a UUID: the same one at every try."""
    return str(UUID(bytes=_digest("retry key", delivery_id)[:16], version=4))


def _signature(purpose: str, number: int, length: int) -> str:
    return _digest(purpose, number)[:length].hex()


def _digest(purpose: str, number: int) -> bytes:
    return hmac.digest(secrets.derive(purpose), b"%d" % number, "sha256")


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
        if not number:
            return digits
