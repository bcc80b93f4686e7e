"""A request by an API key: whose it is, how often it came within this minute, and what the key lets it do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from core.actor import Actor, Grants, What
from core.settings import settings
from core.transaction import Alone, Transaction
from data.models.access import ReachKind
from services.access.actors import joined_grants
from services.access.shipped import ADMINISTRATOR
from services.access.tokens import hash_of

MINUTE = timedelta(minutes=1)
# One statement, whatever happens: the key, one more use of it, when it was last used, and what the account and the
# key's set hold. A machine whose clock is behind counts into the newer minute; a row that somebody holds is not waited
# for.
_RECOGNISED = """
    WITH known AS (
        SELECT k.id, k.name, k.account_id, k.set_id, k.used_at, a.language, a.person_id,
               btrim(p.family_name || ' ' || p.given_name) AS person, s.shipped
        FROM api_key k
        JOIN account a ON a.id = k.account_id
        JOIN person p ON p.id = a.person_id
        LEFT JOIN permission_set s ON s.id = k.set_id
        WHERE k.token_hash = %(hash)s AND k.revoked_at IS NULL AND k.expires_at > %(now)s AND a.status = 'active'
    ), counted AS (
        INSERT INTO api_use AS u (key_id, began_at, times) SELECT id, %(minute)s, 1 FROM known
        ON CONFLICT (key_id) DO UPDATE SET
            times = CASE WHEN u.began_at >= excluded.began_at THEN u.times + 1 ELSE 1 END,
            began_at = greatest(u.began_at, excluded.began_at)
        RETURNING began_at, times
    ), seen AS (
        UPDATE api_key SET used_at = %(now)s WHERE id = (
            SELECT k.id FROM api_key k JOIN known USING (id)
            WHERE known.used_at IS NULL OR known.used_at <= %(before)s FOR UPDATE OF k SKIP LOCKED
        )
    )
    SELECT known.*, counted.began_at, counted.times,
        ARRAY(
            SELECT jsonb_build_array(s.shipped, a.reach, d.path, g.process, g.what)
            FROM permission_assignment a
            JOIN permission_set s ON s.id = a.set_id
            LEFT JOIN permission_grant g ON g.set_id = s.id
            LEFT JOIN department d ON d.id = a.department_id
            WHERE a.account_id = known.account_id
        ) AS given,
        ARRAY(SELECT process || ':' || what FROM permission_grant WHERE set_id = known.set_id) AS inside
    FROM known, counted
"""


class _Given(NamedTuple):
    """What an account was given, as ``joined_grants`` reads it."""

    shipped: str | None
    reach: ReachKind
    path: str | None
    process: str | None
    what: What


@dataclass(frozen=True)
class Recognised:
    """A living key at this request; ``times`` counts the requests of the minute that ends at ``until``."""

    id: int
    actor: Actor
    """The key's account, with those of its grants that are in the key's set."""

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


def recognise(tx: Transaction | Alone, token: str) -> Recognised | None:
    """Return the living key, with this request counted; None for anything else."""
    minute = tx.now.replace(second=0, microsecond=0)
    values = {"hash": hash_of(token), "now": tx.now, "minute": minute, "before": tx.now - MINUTE}
    rows = tx.plain(_RECOGNISED, values)
    if not rows:
        return None
    [row] = rows
    actor = Actor(
        name=f"{row.person} (API: {row.name})",
        account_id=row.account_id,
        person_id=row.person_id,
        language=row.language,
        via=f"API: {row.name}",
        grants=_cut(joined_grants(_Given(*one) for one in row.given), row),
    )
    return Recognised(row.id, actor, row.times, row.began_at + MINUTE)


def _cut(grants: Grants, row: Any) -> Grants:
    if row.shipped == ADMINISTRATOR:
        return grants
    inside = set(row.inside)
    return {pair: reach for pair, reach in grants.items() if f"{pair[0]}:{pair[1]}" in inside}
