"""Erasing what accounts tell of the people behind them (個人情報の消去): the number stays, since the trail names it."""

from sqlalchemy import String, cast, delete, func, select, update

from core.traces import run
from core.transaction import Transaction, listens
from data.models.access import (
    Account,
    ApiAnswer,
    ApiKey,
    PermissionAssignment,
    ProviderIdentity,
    RecoveryCode,
    SecondFactor,
    SignInCode,
    SignInLink,
    SignInSession,
    SignInTry,
)
from services.access.accounts import stop_accounts_of
from services.events import PeopleErased

ALL_OF_IT = (
    SignInCode, SignInLink, SignInSession, SecondFactor, RecoveryCode, ProviderIdentity, PermissionAssignment,
)  # fmt: skip


@listens(PeopleErased)
def erase_accounts(tx: Transaction, erased: PeopleErased) -> None:
    """Stop the accounts and forget who they were, what they may do, and where from they were used."""
    stop_accounts_of(tx, erased.ids)
    mine = func.any(list(erased.accounts))
    logins = select(Account.login).where(Account.id == mine)
    run(tx, delete(SignInTry).where(SignInTry.login.in_(logins)))
    for model in ALL_OF_IT:
        run(tx, delete(model).where(model.account_id == mine))
    keys = select(ApiKey.id).where(ApiKey.account_id == mine)
    run(tx, delete(ApiAnswer).where(ApiAnswer.key_id.in_(keys)))
    run(tx, update(ApiKey).where(ApiKey.account_id == mine).values(name=""))
    run(
        tx,
        update(Account)
        .where(Account.id == mine)
        .values(login="erased-" + cast(Account.id, String), password_hash=None, version=Account.version + 1),
    )
