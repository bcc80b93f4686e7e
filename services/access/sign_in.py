"""Sign-in (ログイン): attempts, counted before they are judged, then a code that a browser turns into a cookie."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, delete, select, update

from core.errors import Refused
from core.i18n import N_
from core.settings import settings
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, SignInCode
from services.access import second_factor, tries
from services.access.accounts import LOGIN
from services.access.sessions import start_session
from services.access.tokens import hash_of, new_token

CODE_FOR = timedelta(seconds=30)
HALF_FOR = timedelta(minutes=5)
NOBODYS_HASH = "$2b$12$kRPcrpzUAOJ9iAuXwYG4duPrA3tPQUcxgbMNKq6xb5N5CEfei/ATm"
"""Checked for unknown names, so that they take as long as known ones. It is the hash of discarded random bytes."""

log = structlog.get_logger("access")


@dataclass(frozen=True)
class Attempt:
    """What an attempt is judged by. ``account_id`` is None when nothing that was typed can be right."""

    login: str
    account_id: int | None
    password_hash: str
    network: str


@dataclass(frozen=True)
class Passed:
    """A code for this browser: one that opens a session, or a ``half`` one that asks for the second factor first."""

    code: str
    half: bool


def begin_attempt(tx: Transaction, login: str, network: str) -> Attempt:
    """Count an attempt from a network (``tries.network_of``) and return what to compare the password with.

    Counted before it is judged, so that many at once cannot slip past the limit. An unknown, stopped, invited or
    locked account gets nobody's hash: the answer and the time it takes are the same.
    """
    name = login.strip().lower()
    if not settings().takes_passwords or not LOGIN.fullmatch(
        name
    ):  # nobody's; the database would not even take some of what a socket can bring
        return Attempt(name, None, NOBODYS_HASH, network)
    open_to_all = tries.count_sign_in(tx, name, network)
    row = tx.execute(
        select(Account.id, Account.password_hash).where(
            Account.login == name, Account.status == AccountStatus.ACTIVE, Account.password_hash.is_not(None)
        )
    ).first()
    if row is None or not open_to_all:
        log.info("sign-in refused", known=row is not None, closed=not open_to_all)
        return Attempt(name, None, NOBODYS_HASH, network)
    return Attempt(name, row.id, row.password_hash, network)


def succeed(tx: Transaction, attempt: Attempt, browser_hash: bytes) -> Passed | None:
    """Return a one-time code for this browser; None if the account changed meanwhile.

    The failures are forgotten only when nothing more is asked: else the password would open the way to guess codes.
    """
    same = select(Account.id).where(
        Account.id == attempt.account_id,
        Account.password_hash == attempt.password_hash,
        Account.status == AccountStatus.ACTIVE,
    )
    if attempt.account_id is None or tx.scalar(same.with_for_update(read=True)) is None:
        return None
    through = passed(tx, attempt.account_id, browser_hash)
    if not through.half:
        tries.forgive(tx, attempt.login, attempt.network)
    return through


def passed(tx: Transaction, account_id: int, browser_hash: bytes) -> Passed:
    """Return the code that somebody gets who is known now: a half one where a second factor is still to come."""
    if second_factor.is_on(tx, account_id):
        return Passed(_code(tx, account_id, browser_hash, HALF_FOR, half=True), half=True)
    return Passed(issue_code(tx, account_id, browser_hash), half=False)


def answer_second_factor(tx: Transaction, half: str, browser_hash: bytes, typed: str, network: str) -> str | None:
    """Count the answer like a password, judge it, and return a code that opens a session; None: it was wrong.

    Raises:
        Refused: when the password was given too long ago, or in another browser.
    """
    waiting = _usable(tx, half, browser_hash, half=True)
    who = tx.execute(
        select(Account.id, Account.login)
        .join(SignInCode, SignInCode.account_id == Account.id)
        .where(*waiting, Account.status == AccountStatus.ACTIVE)
    ).first()
    if who is None:
        raise Refused(N_("That took too long. Enter your password once more."))
    may = tries.count_sign_in(tx, who.login, network) and tries.count_code(tx, who.login)
    if not may or not second_factor.accepts(tx, who.id, typed):
        log.info("second factor refused", account=who.id)
        return None
    if not tx.changed_rows(update(SignInCode).where(*waiting).values(used_at=tx.now)):
        return None
    tries.forgive(tx, who.login, network, attempts=2)
    tries.forgive(tx, who.login, tries.SECOND, attempts=0)
    return issue_code(tx, who.id, browser_hash)


def issue_code(tx: Transaction, account_id: int, browser_hash: bytes) -> str:
    """Return a code that the browser with this pre-cookie can turn into a session within 30 seconds, once."""
    return _code(tx, account_id, browser_hash, CODE_FOR, half=False)


def exchange_code(
    tx: Transaction, code: str, browser_token: str, *, user_agent: str = "", address: str = ""
) -> str | None:
    """Turn a code into a session and return the token for its cookie; None: wrong, late, used, another browser."""
    account_id = tx.scalar(
        update(SignInCode)
        .where(*_usable(tx, code, hash_of(browser_token), half=False))
        .values(used_at=tx.now)
        .returning(SignInCode.account_id)
    )
    active = select(Account.id).where(Account.id == account_id, Account.status == AccountStatus.ACTIVE)
    if account_id is None or tx.scalar(active) is None:
        return None
    log.info("signed in", account=account_id)
    return start_session(tx, account_id, user_agent=user_agent, address=address)


def _code(tx: Transaction, account_id: int, browser_hash: bytes, valid: timedelta, *, half: bool) -> str:
    code = new_token()
    tx.execute(delete(SignInCode).where(SignInCode.expires_at < tx.now - timedelta(days=1)))
    tx.insert(
        SignInCode, code_hash=hash_of(code), browser_hash=browser_hash, account_id=account_id, half=half,
        expires_at=tx.now + valid,
    )  # fmt: skip
    return code


def _usable(tx: Transaction, code: str, browser_hash: bytes, *, half: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInCode.code_hash == hash_of(code),
        SignInCode.browser_hash == browser_hash,
        SignInCode.half == half,
        SignInCode.used_at.is_(None),
        SignInCode.expires_at > tx.now,
    )
