"""The link by which a person registers without an account (登録リンク, D11): on paper as a QR code, or in a mail.

Its token has 130 bits in the 32 letters and digits that nobody confuses, since a printed one is typed by hand: capital
letters, missing hyphens and an o for a zero are understood. A camera reads it in capital letters with fewer dots.
"""

import base64
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update

from core.inputs import Row
from core.settings import settings
from core.transaction import Transaction
from data.models.people import Person
from data.models.registration import RegistrationLink
from services.access import hash_of

VALID_DAYS = 90
"""For paper: somebody prints it, hands it out, and waits for those who are on holiday."""

BATCH = 10_000
SEEN_AGAIN = timedelta(minutes=10)
LETTERS = 26
BYTES = 17
_RFC4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_OURS = "0123456789abcdefghjkmnpqrstvwxyz"
WRITTEN = str.maketrans(_RFC4648, _OURS)
READ = str.maketrans("oil", "011", "- \u3000‐‑–—−ー")
TOKEN = re.compile(f"[{_OURS}]{{{LETTERS}}}")
PARTS = re.compile(r"(.{5})(.{5})(.{5})(.{5})(.{6})")
HYPHENS = r"\1-\2-\3-\4-\5"
MAKE = text("""
    INSERT INTO registration_link (person_id, token_hash, created_by, created_at, expires_at)
    SELECT person.id, made.token_hash, CAST(:account AS bigint), :now, :until
    FROM unnest(CAST(:ids AS bigint[]), CAST(:hashes AS bytea[])) AS made (person_id, token_hash)
    JOIN person ON person.id = made.person_id AND person.retired_at IS NULL AND person.erased_at IS NULL
    ORDER BY person.id
    ON CONFLICT (person_id) DO UPDATE SET
        token_hash = excluded.token_hash, created_by = excluded.created_by, created_at = excluded.created_at,
        expires_at = excluded.expires_at, opened_at = NULL, revoked_at = NULL
    RETURNING person_id
""")


class Opened(Row):
    """Whose page a link opens."""

    person_id: int
    name: str
    language: str


def make_links(tx: Transaction, person_ids: Iterable[int], *, days: int = VALID_DAYS) -> dict[int, str]:
    """Make a link for each of these people and return the addresses of their pages by person id.

    Set-based, for one person or a hundred thousand. A link that somebody had before is void from now on. Who has left
    or was erased gets none and is not in the answer. Whom the actor reaches is for the caller to have asked.
    """
    tokens = draft_links(person_ids)
    stored = keep_links(tx, tokens, tx.now + timedelta(days=days), tx.actor.account_id)
    return {person: address_of(tokens[person]) for person in stored}


def draft_links(person_ids: Iterable[int]) -> dict[int, str]:
    """Return a new token for each of these people; it opens nothing before ``keep_links`` did its work."""
    return {person: _new_token() for person in sorted(set(person_ids))}


def keep_links(tx: Transaction, tokens: Mapping[int, str], until: datetime, account_id: int | None) -> list[int]:
    """Let tokens open the pages of their people until a moment; those from before are void. Return for whom they do."""
    stored: list[int] = []
    wanted = list(tokens)
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        stored += tx.execute(MAKE, {
            "ids": some, "hashes": [hash_of(tokens[person]) for person in some],
            "account": account_id, "now": tx.now, "until": until,
        }).scalars()  # fmt: skip
    return stored


def address_of(token: str) -> str:
    """Return the address of the page that a token opens, with hyphens where the eye needs them."""
    return f"{typed_at()}/{written(token)}"


def typed_at() -> str:
    """Return the address of the page that asks for the letters of a token."""
    return f"{settings().base_url}/register"


def written(token: str) -> str:
    """Return a token with hyphens where the eye needs them."""
    return PARTS.sub(HYPHENS, token)


def opened(tx: Transaction, typed: str) -> Opened | None:
    """Return whose page a link opens, and note that it was opened; None: it is no good (any more).

    ``typed`` is the token as it stands in the address, or as somebody typed it. Opening uses nothing up.
    """
    token = token_in(typed)
    if token is None:
        return None
    row: Any = tx.execute(
        select(Person, RegistrationLink.opened_at)
        .join(RegistrationLink, RegistrationLink.person_id == Person.id)
        .where(
            RegistrationLink.token_hash == hash_of(token),
            RegistrationLink.expires_at > tx.now,
            RegistrationLink.revoked_at.is_(None),
            Person.retired_at.is_(None),
            Person.erased_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    if row.opened_at is None or row.opened_at < tx.now - SEEN_AGAIN:
        seen = update(RegistrationLink).where(RegistrationLink.person_id == row.Person.id)
        tx.execute(seen.values(opened_at=tx.now).execution_options(synchronize_session=False))
    return Opened(person_id=row.Person.id, name=row.Person.name, language=row.Person.language)


def token_in(typed: str) -> str | None:
    """Return the token that was written; None: it cannot be one of ours."""
    token = typed[:100].lower().translate(READ)
    return token if TOKEN.fullmatch(token) else None


def _new_token() -> str:
    # 17 bytes are 136 bits, of which the first 26 letters hold 130.
    return base64.b32encode(secrets.token_bytes(BYTES)).decode()[:LETTERS].translate(WRITTEN)
