"""Sign-in (ログイン): attempts, counted before they are judged, then a code that a browser turns into a cookie."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import case, delete, select, update

from core.transaction import Transaction
from data.models.access import Account, AccountStatus, SignInCode
from services.access.accounts import LOGIN
from services.access.sessions import start_session
from services.access.tokens import hash_of, new_token

MOST_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)
CODE_FOR = timedelta(seconds=30)
NOBODYS_HASH = "$2b$12$kRPcrpzUAOJ9iAuXwYG4duPrA3tPQUcxgbMNKq6xb5N5CEfei/ATm"
"""Checked for unknown names, so that they take as long as known ones. It is the hash of discarded random bytes."""

log = structlog.get_logger("access")


@dataclass(frozen=True)
class Attempt:
    """What an attempt is judged by. ``account_id`` is None when nothing that was typed can be right."""

    login: str
    account_id: int | None
    password_hash: str


def begin_attempt(tx: Transaction, login: str) -> Attempt:
    """Count an attempt in one atomic statement and return what to compare the password with.

    Counted before it is judged, so that many at once cannot slip past the limit. An unknown, stopped, invited or
    locked account gets nobody's hash: the answer and the time it takes are the same.
    """
    name = login.strip().lower()
    if not LOGIN.fullmatch(name):  # nobody's; the database would not even take some of what a socket can bring
        return Attempt(name, None, NOBODYS_HASH)
    lock_over = Account.locked_until <= tx.now
    row = tx.execute(
        update(Account)
        .where(Account.login == name)
        .values(
            failures=case((lock_over, 1), else_=Account.failures + 1),
            locked_until=case(
                (lock_over, None),
                (Account.locked_until.is_not(None), Account.locked_until),
                (Account.failures + 1 >= MOST_FAILURES, tx.now + LOCKED_FOR),
                else_=None,
            ),
        )
        .returning(Account.id, Account.password_hash, Account.status, Account.failures)
    ).first()
    if row is None or row.status is not AccountStatus.ACTIVE or not row.password_hash or row.failures > MOST_FAILURES:
        log.info("sign-in refused", known=row is not None, failures=row.failures if row else None)
        return Attempt(name, None, NOBODYS_HASH)
    return Attempt(name, row.id, row.password_hash)


def succeed(tx: Transaction, attempt: Attempt, browser_hash: bytes) -> str | None:
    """Forget the failures and return a one-time code for this browser; None if the account changed meanwhile."""
    if attempt.account_id is None:
        return None
    same = tx.changed_rows(
        update(Account)
        .where(
            Account.id == attempt.account_id,
            Account.password_hash == attempt.password_hash,
            Account.status == AccountStatus.ACTIVE,
        )
        .values(failures=0, locked_until=None)
    )
    return issue_code(tx, attempt.account_id, browser_hash) if same else None


def issue_code(tx: Transaction, account_id: int, browser_hash: bytes) -> str:
    """Return a code that the browser with this pre-cookie can turn into a session within 30 seconds, once."""
    code = new_token()
    tx.execute(delete(SignInCode).where(SignInCode.expires_at < tx.now - timedelta(days=1)))
    tx.add(
        SignInCode(
            code_hash=hash_of(code), browser_hash=browser_hash, account_id=account_id, expires_at=tx.now + CODE_FOR
        )
    )
    return code


def exchange_code(
    tx: Transaction, code: str, browser_token: str, *, user_agent: str = "", address: str = ""
) -> str | None:
    """Turn a code into a session and return the token for its cookie; None: wrong, late, used, another browser."""
    account_id = tx.scalar(
        update(SignInCode)
        .where(
            SignInCode.code_hash == hash_of(code),
            SignInCode.browser_hash == hash_of(browser_token),
            SignInCode.used_at.is_(None),
            SignInCode.expires_at > tx.now,
        )
        .values(used_at=tx.now)
        .returning(SignInCode.account_id)
    )
    active = select(Account.id).where(Account.id == account_id, Account.status == AccountStatus.ACTIVE)
    if account_id is None or tx.scalar(active) is None:
        return None
    log.info("signed in", account=account_id)
    return start_session(tx, account_id, user_agent=user_agent, address=address)
