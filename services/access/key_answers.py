"""Answers kept for 24 hours under the name that a machine gave its request, so that it may send the request again."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from core.actor import Actor
from core.database import transaction
from core.errors import Conflict, Refused
from core.i18n import N_
from core.jobs import job
from core.transaction import Transaction
from data.models.access import ApiAnswer

KEPT = timedelta(hours=24)
_LOCK = "SELECT pg_try_advisory_xact_lock(%(lock)s) AS free"
_FIND = """
    SELECT request_hash, body FROM api_answer WHERE key_id = %(key)s AND name = %(name)s AND created_at > %(since)s
"""
_KEEP = """
    INSERT INTO api_answer (key_id, name, request_hash, body, created_at)
    VALUES (%(key)s, %(name)s, %(hash)s, %(body)s, %(now)s)
    ON CONFLICT (key_id, name) DO UPDATE
    SET request_hash = excluded.request_hash, body = excluded.body, created_at = excluded.created_at
"""


class StillRunning(Conflict):
    """The first request of this name has not been answered yet."""

    code = "still_running"


class AnotherRequest(Refused):
    """Another request came under the same name."""

    code = "another_request"


@dataclass(frozen=True)
class Named:
    """A request of a key under a name of the machine's choice (``Idempotency-Key``)."""

    key_id: int
    name: str
    request_hash: bytes


@dataclass(frozen=True)
class Kept:
    """What the request was answered the first time; None: with nothing."""

    body: bytes | None


def kept_answer(tx: Transaction, named: Named) -> Kept | None:
    """Return what this request was answered before, or None and hold its name until the transaction ends.

    Raises:
        StillRunning: when another transaction holds the name.
        AnotherRequest: when the name stands for another request.
    """
    if not tx.plain(_LOCK, {"lock": _lock_of(named)})[0].free:
        raise StillRunning(N_("The first request with this Idempotency-Key is still running. Send it again shortly."))
    # A statement of its own after the lock: what was committed while it was asked for is seen.
    rows = tx.plain(_FIND, {"key": named.key_id, "name": named.name, "since": tx.now - KEPT}, plan_anew=True)
    if not rows:
        return None
    [found] = rows
    if found.request_hash != named.request_hash:
        raise AnotherRequest(N_("This Idempotency-Key was used for another request. Choose a new one."))
    return Kept(found.body)


def keep_answer(tx: Transaction, named: Named, body: bytes | None) -> None:
    """Store the answer in the transaction of what it answers: a crash leaves both or neither."""
    values = {"key": named.key_id, "name": named.name, "hash": named.request_hash, "body": body, "now": tx.now}
    tx.plain(_KEEP, values)


@job("access.forget_answers", periodic="7 * * * *")
def forget_answers() -> None:
    """Delete answers that are older than 24 hours."""
    with transaction(Actor.system("access.forget_answers")) as tx:
        tx.execute(delete(ApiAnswer).where(ApiAnswer.created_at <= tx.now - KEPT))


def _lock_of(named: Named) -> int:
    digest = hashlib.sha256(f"{named.key_id}\0{named.name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
