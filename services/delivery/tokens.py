"""The link of a delivery: its id, signed. Nothing is stored and nothing can be guessed (返信用リンク, D13).

A token is ``<id in base 36>-<HMAC-SHA256 cut to 128 bits, in hexadecimal>``, lower case; upper case is read as well,
since some mail programs and people change it.
"""

import hashlib
import hmac
from functools import lru_cache
from uuid import UUID

from core import secrets

LINK, MESSAGE = "reply link", "message id"
SIGNATURE_BYTES, MESSAGE_BYTES = 16, 8
BLOCK_BYTES = 64
LONGEST = 64
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
HIGHEST = 2**63 - 1


def sign(delivery_id: int) -> str:
    """Return the token of a delivery."""
    return Signer().token(delivery_id)


class Signer:
    """Signs many: the keys are derived once."""

    def __init__(self) -> None:
        """Derive the keys."""
        self._reply, self._message = _mac(secrets.derive(LINK)), _mac(secrets.derive(MESSAGE))

    def token(self, delivery_id: int) -> str:
        """Return what ``sign`` does."""
        return f"{_base36(delivery_id)}-{self._reply.of(delivery_id)[:SIGNATURE_BYTES].hex()}"

    def message_id(self, delivery_id: int, domain: str) -> str:
        """Return what ``message_id`` does."""
        return f"<{_base36(delivery_id)}.{self._message.of(delivery_id)[:MESSAGE_BYTES].hex()}@{domain}>"


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
    return Signer().message_id(delivery_id, domain)


def retry_key(delivery_id: int) -> str:
    """Return the key under which a provider takes a delivery once, a UUID: the same one at every try."""
    return str(UUID(bytes=_mac(secrets.derive("retry key")).of(delivery_id)[:16], version=4))


class _Mac:
    """HMAC-SHA256 (RFC 2104) of many numbers under one key: its two blocks are hashed once, which halves the time."""

    def __init__(self, key: bytes) -> None:
        block = key.ljust(BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(one ^ 0x36 for one in block))
        self._outer = hashlib.sha256(bytes(one ^ 0x5C for one in block))

    def of(self, number: int) -> bytes:
        """Return what ``hmac.digest`` does for the number's decimal digits."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(b"%d" % number)
        outer.update(inner.digest())
        return outer.digest()


@lru_cache(maxsize=8)
def _mac(key: bytes) -> _Mac:
    return _Mac(key)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
        if not number:
            return digits
