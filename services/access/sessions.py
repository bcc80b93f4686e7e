"""Sign-in sessions (ログイン状態): an opaque cookie in the browser, a row here that is asked on every run."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, update

from core.actor import Actor
from core.errors import NotAllowed
from core.prepared import Prepared
from core.settings import settings
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, SignInCode, SignInSession
from services.access.actors import actor_for
from services.access.looking import looked_as
from services.access.tokens import hash_of, new_token

SEEN_EVERY = timedelta(minutes=1)


def start_session(tx: Transaction, account_id: int, *, user_agent: str = "", address: str = "") -> str:
    """Begin a session and return the token for the cookie; it ends by idleness, age or revocation."""
    token = new_token()
    tx.insert(
        SignInSession,
        token_hash=hash_of(token),
        account_id=account_id,
        created_at=tx.now,
        seen_at=tx.now,
        expires_at=tx.now + timedelta(hours=settings().session_absolute_hours),
        user_agent=user_agent[:300],
        address=address[:60],
    )
    tx.execute(update(Account).where(Account.id == account_id).values(signed_in_at=tx.now))
    return token


def actor_of_session(tx: Transaction, token_hash: bytes) -> Actor | None:
    """Return who is signed in with this cookie at this moment, or None; marks the session as seen once a minute.

    An administrator who looks as somebody else is that account, with who is really there in ``looker``.
    """
    found = _living(tx, token_hash)
    if found is None:
        return None
    if found.seen_at < tx.now - SEEN_EVERY:
        _seen(tx, found.id)
    try:
        actor = actor_for(tx, found.account_id, found.id)
    except NotAllowed:
        return None
    return actor if found.looks_as_id is None else looked_as(tx, actor, found.looks_as_id, found.looks_until)


def _seen(tx: Transaction, session_id: int) -> None:
    # Skipped while another run of this session holds the row: no click waits for one that takes long.
    free = select(SignInSession.id).where(SignInSession.id == session_id).with_for_update(skip_locked=True)
    tx.execute(update(SignInSession).where(SignInSession.id == free.scalar_subquery()).values(seen_at=tx.now))


def is_living(tx: Transaction, token_hash: bytes) -> bool:
    """Say whether somebody is signed in with this cookie, without loading permissions (media, uploads, sockets)."""
    return _living(tx, token_hash) is not None


def living_sessions(tx: Transaction, token_hashes: Collection[bytes]) -> dict[bytes, int]:
    """Return which of these cookies somebody is signed in with, each with how often its account was narrowed."""
    rows = tx.execute(
        select(SignInSession.token_hash, SignInSession.narrowed)
        .join(Account, Account.id == SignInSession.account_id)
        .where(SignInSession.token_hash == func.any(list(token_hashes)), *_open(tx))
    )
    return {row.token_hash: row.narrowed for row in rows}


def open_sessions_of(tx: Transaction, account_id: int) -> Select[int]:
    """Return the statement for the numbers of the sessions in which an account is signed in."""
    open_ones = select(SignInSession.id).join(Account, Account.id == SignInSession.account_id)
    return open_ones.where(Account.id == account_id, *_open(tx))


def narrow_sessions(tx: Transaction, accounts: Select[int]) -> None:
    """Note that these accounts may do less than before: their open tabs are blanked and draw themselves anew.

    So are those of administrators who look as one of them.
    """
    shown = or_(SignInSession.account_id.in_(accounts), SignInSession.looks_as_id.in_(accounts))
    tx.execute(
        update(SignInSession)
        .where(
            shown,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > tx.now,
        )
        .values(narrowed=SignInSession.narrowed + 1)
    )


def end_session(tx: Transaction, session_id: int) -> None:
    """Revoke one session; its cookie opens nothing from now on."""
    tx.execute(update(SignInSession).where(SignInSession.id == session_id).values(revoked_at=tx.now))


def end_session_of_cookie(tx: Transaction, token: str) -> None:
    """Revoke the session of a cookie, for instance of the one who was signed in at this browser before."""
    tx.execute(update(SignInSession).where(SignInSession.token_hash == hash_of(token)).values(revoked_at=tx.now))


def end_sessions_of(tx: Transaction, account_ids: list[int], *, but: int | None = None) -> int:
    """Revoke every session of these accounts, except one if named; return how many were open.

    So are codes that have not become a session yet, and those that wait for the second factor.
    """
    tx.execute(
        update(SignInCode)
        .where(SignInCode.account_id == func.any(account_ids), SignInCode.used_at.is_(None))
        .values(used_at=tx.now)
    )
    return tx.changed_rows(
        update(SignInSession)
        .where(
            SignInSession.account_id == func.any(account_ids),
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > tx.now,
            SignInSession.id.is_distinct_from(but),
        )
        .values(revoked_at=tx.now)
    )


def _living(tx: Transaction, token_hash: bytes) -> Any:
    return tx.first(_LIVING, token_hash=token_hash, now=tx.now, idle_since=tx.now - _idle())


def _open(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    return _open_at(tx.now, tx.now - _idle())


def _open_at(now: Any, idle_since: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > now,
        SignInSession.seen_at > idle_since,
        Account.status == AccountStatus.ACTIVE,
    )


def _idle() -> timedelta:
    return timedelta(minutes=settings().session_idle_minutes)


_LIVING = Prepared(
    select(
        SignInSession.id, SignInSession.account_id, SignInSession.seen_at, SignInSession.looks_as_id,
        SignInSession.looks_until,
    )
    .where(SignInSession.token_hash == bindparam("token_hash"), SignInSession.account_id == Account.id)
    .where(*_open_at(bindparam("now"), bindparam("idle_since")))
)  # fmt: skip
