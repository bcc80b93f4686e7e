"""What a key's state hangs on, for all who ask: whether it opens anything, and its end with its account."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, select, update

from core.actor import Grants
from core.transaction import Transaction
from data.models.access import ApiKey
from services.access.actors import grants_of


def living(tx: Transaction) -> ColumnElement[bool]:
    """Return the condition on ``api_key`` that holds for those that open something."""
    return and_(ApiKey.revoked_at.is_(None), ApiKey.expires_at > tx.now)


def revoke_keys_of(tx: Transaction, account_ids: Sequence[int]) -> None:
    """Revoke every key of these accounts: whoever is stopped acts by no machine either."""
    tx.execute(
        update(ApiKey)
        .where(ApiKey.account_id == func.any(list(account_ids)), ApiKey.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )


def grants_behind_keys(tx: Transaction, set_id: int) -> list[Grants]:
    """Return what the accounts may do whose living keys have this set: what a change of the set could open to them."""
    accounts = select(ApiKey.account_id).where(ApiKey.set_id == set_id, living(tx)).distinct()
    return [grants_of(tx, account_id) for account_id in tx.execute(accounts).scalars().all()]
