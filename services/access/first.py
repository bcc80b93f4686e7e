"""The first administrator, and the permission sets that ship with the product."""

from sqlalchemy import insert, select

from core.errors import Refused
from core.i18n import N_, _, using_language
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.people import Person
from services.access.accounts import usable_login
from services.access.passwords import hashed, usable
from services.access.shipped import ADMINISTRATOR, ROLES


def has_accounts(tx: Transaction) -> bool:
    """Say whether anybody can ever sign in: false until the first administrator was made."""
    return tx.scalar(select(Account.id).limit(1)) is not None


def make_first_administrator(tx: Transaction, *, login: str, password: str, family_name: str, given_name: str) -> int:
    """Make the person, the active account and the shipped sets, and return the account's id (最初の管理者).

    Raises:
        Refused: when there is an account already.
        Invalid: when the login or the password cannot be used.
    """
    if has_accounts(tx):
        raise Refused(N_("There is an administrator already. Sign in, or ask for a link."))
    name, word = usable_login(login), usable(password, login=login)
    person = Person(code="ADMIN", family_name=family_name, given_name=given_name, created_at=tx.now, updated_at=tx.now)
    tx.add(person)
    account = Account(
        person_id=person.id, login=name, password_hash=hashed(word), status=AccountStatus.ACTIVE, created_at=tx.now
    )
    tx.add(account)
    sync_shipped_sets(tx)
    administrators = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == ADMINISTRATOR))
    tx.insert(PermissionAssignment, account_id=account.id, set_id=administrators, reach=ReachKind.WHOLE)
    return account.id


def sync_shipped_sets(tx: Transaction) -> None:
    """Make the shipped permission sets that are missing, named in Japanese; those that are there stay as they are."""
    there = set(tx.execute(select(PermissionSet.shipped)).scalars())
    for role in ROLES:
        if role.key in there:
            continue
        with using_language("ja"):
            made = PermissionSet(name=_(role.name), description=_(role.description), shipped=role.key)
        tx.add(made)
        if role.grants:
            rows = [{"set_id": made.id, "process": process, "what": what} for process, what in role.pairs()]
            tx.execute(insert(PermissionGrant), rows)
