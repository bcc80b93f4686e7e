"""Secrets that a browser or a letter holds: only their SHA-256 is kept, so a stolen database opens nothing."""

import hashlib
import secrets

LONGEST = 200


def new_token() -> str:
    """Return 256 random bits as text that may stand in a URL or a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """Return the SHA-256 of a token; one that is too long to be ours hashes to something that matches nothing."""
    return hashlib.sha256(token[:LONGEST].encode("utf-8", "surrogatepass")).digest()
