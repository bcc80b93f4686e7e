"""An account for somebody who accepted an invitation (招待の承諾, C10): in use at once, with the sets that waited."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert

from core.settings import settings
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, ReachKind
from services.access.accounts import LOGIN, taken_logins
from services.access.passwords import hashed, usable


@dataclass(frozen=True)
class Joins:
    """Who joins, by which mail address and code, in which language, and what the account may do from the beginning."""

    person_id: int
    address: str
    code: str
    language: str
    set_ids: Sequence[int]
    reach: ReachKind
    department_id: int | None


def login_for(tx: Transaction, address: str, code: str) -> str:
    """Return the login name of somebody who joins: the mail address, or the code where that cannot be one."""
    name = address.lower()
    return name if LOGIN.fullmatch(name) and not taken_logins(tx, [name]) else f"member-{code}".lower()


def join(tx: Transaction, who: Joins, password: str) -> int:
    """Open an account and give it its sets; the caller has checked whoever invites. Returns the account's id.

    Raises:
        Invalid: when the password cannot be used.
    """
    login = login_for(tx, who.address, who.code)
    word = hashed(usable(password, login=login)) if settings().takes_passwords else None
    account = Account(
        person_id=who.person_id, login=login, password_hash=word, status=AccountStatus.ACTIVE, language=who.language,
        created_at=tx.now,
    )  # fmt: skip
    tx.add(account)
    if who.set_ids:
        each = {"account_id": account.id, "reach": who.reach, "department_id": who.department_id}
        tx.execute(insert(PermissionAssignment), [{"set_id": one, **each} for one in who.set_ids])
    return account.id
