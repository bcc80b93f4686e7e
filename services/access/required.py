"""Who has to have a second factor (二段階認証の必須), asked on every run of somebody who is signed in."""

from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute

from core.transaction import Transaction
from data.models.access import Account, PermissionAssignment, PermissionSet, RequiredOf, SecondFactor, SignInRule
from services.access.shipped import ADMINISTRATOR


def administrates(account: ColumnElement[Any] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that this account, or one of several (``func.any``), may do everything."""
    return exists().where(
        PermissionSet.shipped == ADMINISTRATOR,
        PermissionAssignment.set_id == PermissionSet.id,
        PermissionAssignment.account_id == account,
    )


def has_to() -> ColumnElement[bool]:
    """Return the condition that the account of a statement has to have a second factor."""
    return _asked_of(RequiredOf.EVERYBODY) | (_asked_of(RequiredOf.ADMINISTRATORS) & administrates(Account.id))


def _asked_of(whom: RequiredOf) -> ColumnElement[bool]:
    return exists().where(SignInRule.second_factor == whom)


def lacks() -> ColumnElement[bool]:
    """Return the condition that the account of a statement has to set up a second factor before anything else."""
    has = exists().where(SecondFactor.account_id == Account.id, SecondFactor.confirmed_at.is_not(None))
    return has_to() & ~has


def asks_for_second_factor(tx: Transaction, account_id: int) -> bool:
    """Say whether an account has to have a second factor."""
    return bool(tx.scalar(select(has_to()).where(Account.id == account_id)))


def lacks_second_factor(tx: Transaction, account_id: int) -> bool:
    """Say whether an account has to set up a second factor before it may do anything else."""
    return bool(tx.scalar(select(lacks()).where(Account.id == account_id)))
