"""A request by an API key: whose it is, how often it came within this minute, and what the key lets it do."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, text

from core.actor import Actor, What
from core.settings import settings
from core.transaction import Transaction
from data.models.access import PermissionGrant, PermissionSet
from services.access.actors import actor_for
from services.access.shipped import ADMINISTRATOR
from services.access.tokens import hash_of

MINUTE = timedelta(minutes=1)
# One statement, whatever happens: the key, one more use of it, and when it was last used. A machine whose clock is
# behind counts into the newer minute; a row that somebody holds is not waited for.
_RECOGNISED = text("""
    WITH known AS (
        SELECT k.id, k.name, k.account_id, k.set_id, k.used_at, a.language
        FROM api_key k JOIN account a ON a.id = k.account_id
        WHERE k.token_hash = :hash AND k.revoked_at IS NULL AND k.expires_at > :now AND a.status = 'active'
    ), counted AS (
        INSERT INTO api_use AS u (key_id, began_at, times) SELECT id, :minute, 1 FROM known
        ON CONFLICT (key_id) DO UPDATE SET
            times = CASE WHEN u.began_at >= excluded.began_at THEN u.times + 1 ELSE 1 END,
            began_at = greatest(u.began_at, excluded.began_at)
        RETURNING began_at, times
    ), seen AS (
        UPDATE api_key SET used_at = :now WHERE id = (
            SELECT k.id FROM api_key k JOIN known USING (id)
            WHERE known.used_at IS NULL OR known.used_at <= :before FOR UPDATE OF k SKIP LOCKED
        )
    )
    SELECT known.id, known.name, known.account_id, known.set_id, known.language, counted.began_at, counted.times
    FROM known, counted
""")


@dataclass(frozen=True)
class Recognised:
    """A living key at this request; ``times`` counts the requests of the minute that ends at ``until``."""

    id: int
    name: str
    account_id: int
    set_id: int | None
    language: str
    times: int
    until: datetime

    @property
    def limit(self) -> int:
        """Return how many requests a minute the key has."""
        return settings().api_requests_per_minute

    @property
    def left(self) -> int:
        """Return how many more requests this minute has room for."""
        return max(0, self.limit - self.times)

    @property
    def too_many(self) -> bool:
        """Say whether this request is one too many."""
        return self.times > self.limit


def recognise(tx: Transaction, token: str) -> Recognised | None:
    """Return the living key, with this request counted; None for anything else."""
    minute = tx.now.replace(second=0, microsecond=0)
    values = {"hash": hash_of(token), "now": tx.now, "minute": minute, "before": tx.now - MINUTE}
    row = tx.execute(_RECOGNISED, values).first()
    if row is None:
        return None
    return Recognised(row.id, row.name, row.account_id, row.set_id, row.language, row.times, row.began_at + MINUTE)


def actor_of_key(tx: Transaction, key: Recognised) -> Actor:
    """Return the account of a key as an actor, with those of its grants that are in the key's set.

    Raises:
        NotAllowed: when the account was stopped meanwhile.
    """
    actor = actor_for(tx, key.account_id)
    rows = tx.execute(
        select(PermissionSet.shipped, PermissionGrant.process, PermissionGrant.what)
        .outerjoin(PermissionGrant, PermissionGrant.set_id == PermissionSet.id)
        .where(PermissionSet.id == key.set_id)
    ).all()
    grants = dict(actor.grants)
    if not any(row.shipped == ADMINISTRATOR for row in rows):
        inside: set[tuple[str, What]] = {(row.process, row.what) for row in rows}
        grants = {pair: reach for pair, reach in grants.items() if pair in inside}
    return replace(actor, name=f"{actor.name} (API: {key.name})", grants=grants)
