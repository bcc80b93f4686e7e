"""Accounts (アカウント): opened for people, invited by a one-time link, stopped and opened again."""

import re
from collections.abc import Sequence

from sqlalchemy import func, select, text, update

from core.errors import Invalid
from core.i18n import N_, _
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, SignInLink
from services.access.key_state import revoke_keys_of
from services.access.sessions import end_sessions_of
from services.access.within import is_administrator, keep_an_administrator

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,99}")
RENAME = text("""
    UPDATE account SET login = new.login
    FROM unnest(CAST(:people AS bigint[]), CAST(:logins AS text[])) AS new (person_id, login)
    WHERE account.person_id = new.person_id
""")
OPEN = text("""
    INSERT INTO account (person_id, login, status, created_at)
    SELECT new.person_id, new.login, 'invited', :now
    FROM unnest(CAST(:people AS bigint[]), CAST(:logins AS text[])) AS new (person_id, login)
""")


def usable_login(login: str) -> str:
    """Return a login name as it is kept: lower case, letters, digits and ``. _ @ + -``, so a mail address is fine.

    Raises:
        Invalid: with the sentence for the field ``login``.
    """
    name = login.strip().lower()
    if not LOGIN.fullmatch(name):
        problem = N_("Use 2 to 100 letters, digits or . _ @ + - for the login name.")
        raise Invalid(problem, fields={"login": _(problem)})
    return name


def taken_logins(tx: Transaction, logins: Sequence[str]) -> dict[str, int]:
    """Return which of these login names (as kept) are in use, with the person who uses each."""
    rows = tx.execute(select(Account.login, Account.person_id).where(Account.login == func.any(list(logins))))
    return {row.login: row.person_id for row in rows}


def open_accounts(tx: Transaction, rows: Sequence[tuple[int, str]]) -> None:
    """Give accounts to many people at once: person's id and login name (as ``usable_login`` returns it).

    A person who has an account keeps it and gets the new login name; the others get one that waits for its link.
    The caller has checked that no login name belongs to somebody else.
    """
    wanted = dict(rows)
    there = {
        row.person_id: row.login
        for row in tx.execute(
            select(Account.person_id, Account.login).where(Account.person_id == func.any(list(wanted)))
        )
    }
    fresh = {person_id: login for person_id, login in wanted.items() if person_id not in there}
    renamed = [person_id for person_id, login in there.items() if login != wanted[person_id]]
    if renamed:
        tx.execute(RENAME, {"people": renamed, "logins": [wanted[person_id] for person_id in renamed]})
        tx.session.expire_all()
    if fresh:
        tx.execute(OPEN, {"people": list(fresh), "logins": list(fresh.values()), "now": tx.now})


def stop_accounts_of(tx: Transaction, person_ids: Sequence[int]) -> int:
    """Stop the accounts of these people: sessions, links and API keys end; return how many were stopped.

    Raises:
        Refused: when nobody who may do everything would be left.
    """
    stopped = list(
        tx.execute(
            update(Account)
            .where(Account.person_id == func.any(list(person_ids)), Account.status != AccountStatus.STOPPED)
            .values(status=AccountStatus.STOPPED)
            .returning(Account.id)
        ).scalars()
    )
    end_sessions_of(tx, stopped)
    void_links_of(tx, stopped)
    revoke_keys_of(tx, stopped)
    if stopped and is_administrator(tx, stopped):
        keep_an_administrator(tx)
    return len(stopped)


def void_links_of(tx: Transaction, account_ids: Sequence[int]) -> None:
    """Make the unused one-time links of these accounts useless."""
    tx.execute(
        update(SignInLink)
        .where(SignInLink.account_id == func.any(list(account_ids)), SignInLink.used_at.is_(None))
        .values(used_at=tx.now)
    )
