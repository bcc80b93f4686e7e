"""Taking people away again whom an undone change-set added: removed if nothing refers to them, else retired."""

from collections.abc import Sequence

from sqlalchemy import delete, func, or_, select, update

from core.transaction import Transaction
from data.models.access import Account, SignInLink
from data.models.directory import SyncedPerson
from data.models.people import ContactPoint, Membership, Person, PersonRegion
from data.models.people_search import PersonSearch
from data.models.scim import ExternalId
from services.access import stop_accounts_of
from services.changes import referred_to

BELONGING = (Membership, PersonRegion, ContactPoint, Account, PersonSearch, ExternalId, SyncedPerson)
OWN = {model.__tablename__ for model in BELONGING} | {"person_own.person_id", "contact_standing", "missed_in_test"}
"""What belongs to a person and goes with them; everything else that refers to a person keeps them.

Tables, and columns of tables that refer to people in more than one way.
"""


def take_away(tx: Transaction, ids: Sequence[int]) -> None:
    """Remove people to whom nothing refers; retire the others and stop their accounts."""
    kept = referred_to(tx, Person, ids, but=OWN) | _with_account_in_use(tx, ids)
    gone = [key for key in ids if key not in kept]
    _remove_accounts(tx, gone)
    tx.execute(delete(Person).where(Person.id == func.any(gone)).execution_options(synchronize_session=False))
    stop_accounts_of(tx, sorted(kept))
    tx.execute(
        update(Person)
        .where(Person.id == func.any(sorted(kept)), Person.retired_at.is_(None))
        .values(retired_at=tx.now, version=Person.version + 1, updated_at=tx.now)
        .execution_options(synchronize_session=False)
    )


def close_accounts(tx: Transaction, people: Sequence[int]) -> None:
    """Take away accounts that an undone change-set opened: removed if never used, else stopped."""
    kept = _with_account_in_use(tx, people)
    _remove_accounts(tx, [key for key in people if key not in kept])
    stop_accounts_of(tx, sorted(kept))


def _with_account_in_use(tx: Transaction, people: Sequence[int]) -> set[int]:
    accounts = {
        row.id: row.person_id
        for row in tx.execute(select(Account.id, Account.person_id).where(Account.person_id == func.any(list(people))))
    }
    used = select(Account.id).where(
        Account.id == func.any(list(accounts)),
        or_(Account.password_hash.is_not(None), Account.signed_in_at.is_not(None)),
    )
    kept = set(tx.execute(used).scalars())
    kept |= referred_to(tx, Account, list(accounts), but={SignInLink.__tablename__})
    return {accounts[key] for key in kept}


def _remove_accounts(tx: Transaction, people: Sequence[int]) -> None:
    mine = select(Account.id).where(Account.person_id == func.any(list(people)))
    tx.execute(delete(SignInLink).where(SignInLink.account_id.in_(mine)).execution_options(synchronize_session=False))
    tx.execute(
        delete(Account).where(Account.person_id == func.any(list(people))).execution_options(synchronize_session=False)
    )
