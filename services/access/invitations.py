"""One-time links (招待リンク) by which a person sets a first or a new password."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update

from core.inputs import Row
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, SignInLink
from data.models.people import Person
from services.access import tries
from services.access.accounts import void_links_of
from services.access.passwords import hashed, usable
from services.access.sessions import end_sessions_of
from services.access.tokens import hash_of, new_token

VALID_FOR = timedelta(hours=72)
log = structlog.get_logger("access")


class InvitedRow(Row):
    """Whom a link is for."""

    account_id: int
    name: str
    login: str
    language: str


def make_link(tx: Transaction, account_id: int) -> tuple[str, datetime]:
    """Make a link's token, void those before, and return it with the moment until which it is valid."""
    void_links_of(tx, [account_id])
    token, until = new_token(), tx.now + VALID_FOR
    tx.insert(
        SignInLink, token_hash=hash_of(token), account_id=account_id, created_by=tx.actor.account_id, created_at=tx.now,
        expires_at=until,
    )  # fmt: skip
    return token, until


def invited(tx: Transaction, token: str) -> InvitedRow | None:
    """Return whom a link is for, without using it up (mail programs look at links too); None: it is no good."""
    row = tx.execute(
        select(Account.id, Account.login, Account.language, Person)
        .join(SignInLink, SignInLink.account_id == Account.id)
        .join(Person, Person.id == Account.person_id)
        .where(
            SignInLink.token_hash == hash_of(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > tx.now,
            Account.status != AccountStatus.STOPPED,
        )
    ).first()
    return InvitedRow(account_id=row.id, name=row.Person.name, login=row.login, language=row.language) if row else None


def use_link(tx: Transaction, token: str, password: str) -> int | None:
    """Set the password, use the link up, end all sessions and return the account's id; None: the link is no good.

    Raises:
        Invalid: when the password cannot be used; the link stays good.
    """
    who = invited(tx, token)
    if who is None:
        return None
    word = usable(password, login=who.login)
    used = update(SignInLink).where(SignInLink.token_hash == hash_of(token), SignInLink.used_at.is_(None))
    if not tx.changed_rows(used.values(used_at=tx.now)):
        return None
    tx.execute(
        update(Account)
        .where(Account.id == who.account_id, Account.status != AccountStatus.STOPPED)
        .values(password_hash=hashed(word), status=AccountStatus.ACTIVE)
    )
    tries.reopen(tx, who.login)
    void_links_of(tx, [who.account_id])
    end_sessions_of(tx, [who.account_id])
    log.info("password set by link", account=who.account_id)
    return who.account_id
