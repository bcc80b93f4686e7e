"""Mails to those about whose applications the office has decided (申請結果の通知メール): that, and a link; no more."""

from collections.abc import Collection

from sqlalchemy import func, select, update

from core.inputs import Row
from core.settings import settings
from core.shown import page_address
from core.transaction import Transaction
from data.models.access import Account
from data.models.applications import ApplicationState, ProfileApplication
from services.access import addressees


class DecisionLetter(Row):
    """What one mail needs; ``approved``: else it was sent back for ``reason``."""

    application_id: int
    account_id: int
    name: str
    address: str
    language: str
    approved: bool
    reason: str
    url: str


def decision_letters(tx: Transaction, ids: Collection[int]) -> list[DecisionLetter]:
    """Note that mails go out, and return them: once for each that is decided and was not told of."""
    decided = (ApplicationState.APPROVED, ApplicationState.RETURNED)
    rows = tx.execute(
        update(ProfileApplication)
        .where(ProfileApplication.id == func.any(list(ids)), ProfileApplication.state.in_(decided))
        .where(ProfileApplication.mailed_at.is_(None))
        .values(mailed_at=tx.now)
        .returning(
            ProfileApplication.id, ProfileApplication.person_id, ProfileApplication.state, ProfileApplication.reason
        )
        .execution_options(synchronize_session=False)
    ).all()
    accounts = select(Account.id, Account.person_id).where(
        Account.person_id == func.any([one.person_id for one in rows])
    )
    by_person = {row.person_id: row.id for row in tx.execute(accounts)}
    found = {one.account_id: one for one in addressees(tx, Account.id == func.any(sorted(by_person.values())))}
    url = f"{settings().base_url}/{page_address('applications/mine.py')}"
    return [
        DecisionLetter(
            application_id=row.id, approved=row.state is ApplicationState.APPROVED, reason=row.reason, url=url,
            **found[account].model_dump(),
        )
        for row in rows if (account := by_person.get(row.person_id)) in found
    ]  # fmt: skip


def decision_not_mailed(tx: Transaction, ids: Collection[int]) -> None:
    """Note that mails did not go out after all; the next try makes them again."""
    again = update(ProfileApplication).where(ProfileApplication.id == func.any(list(ids))).values(mailed_at=None)
    tx.execute(again.execution_options(synchronize_session=False))
