"""Who has to have a second factor (二段階認証の必須), asked on every run of somebody who is signed in."""

from sqlalchemy import ColumnElement, exists, func, select

from core.transaction import Transaction
from data.models.access import PermissionAssignment, PermissionSet, RequiredOf, SecondFactor, SignInRule
from services.access.shipped import ADMINISTRATOR


def administrates(account_ids: list[int]) -> ColumnElement[bool]:
    """Return the condition that one of these accounts may do everything."""
    return exists().where(
        PermissionSet.shipped == ADMINISTRATOR,
        PermissionAssignment.set_id == PermissionSet.id,
        PermissionAssignment.account_id == func.any(account_ids),
    )


def asks_for_second_factor(tx: Transaction, account_id: int) -> bool:
    """Say whether an account has to have a second factor."""
    row = tx.execute(select(SignInRule.second_factor.label("of"), administrates([account_id]).label("all"))).first()
    if row is None or row.of is RequiredOf.NOBODY:
        return False
    return row.of is RequiredOf.EVERYBODY or bool(row.all)


def lacks_second_factor(tx: Transaction, account_id: int) -> bool:
    """Say whether an account has to set up a second factor before it may do anything else."""
    has = exists().where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))
    return asks_for_second_factor(tx, account_id) and not tx.scalar(select(has))
