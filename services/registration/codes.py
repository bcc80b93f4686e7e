"""The digits that prove whose address it is (確認コード): six, for ten minutes and five tries; kept as a keyed hash."""

import hmac
import secrets as random
from datetime import timedelta

from core import secrets

DIGITS = 6
CODE_FOR = timedelta(minutes=10)
LINK_FOR = timedelta(hours=24)
MOST_TRIES = 5
LINE_FOR = timedelta(minutes=30)
LINE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LINE_LENGTH = 10


def new_code() -> str:
    """Return six digits that nobody can foretell."""
    return f"{random.randbelow(10**DIGITS):0{DIGITS}}"


def new_line_code() -> str:
    """Return what is sent in a chat: 49 bits, since nothing else says there who somebody is."""
    return "".join(random.choice(LINE_LETTERS) for _letter in range(LINE_LENGTH))


def code_hash(about: str, code: str) -> bytes:
    """Return what is kept of a code: without the installation's key, six digits are not tried out either."""
    return hmac.digest(secrets.derive("contact code"), f"{about}|{code}".encode("utf-8", "replace"), "sha256")


def is_code(kept: bytes | None, about: str, code: str) -> bool:
    """Say whether this is the code of which the hash is kept; spaces and full-width digits were put right before."""
    return kept is not None and hmac.compare_digest(kept, code_hash(about, code))
