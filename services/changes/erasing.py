"""Erasing what change-sets keep of records (個人情報の消去): that something was changed stays, what it was does not."""

from collections.abc import Sequence

from sqlalchemy import func, null, update

from core.transaction import Transaction
from data.models.changes import Change
from services.changes.kinds import Kind


def erase(tx: Transaction, kind: Kind, ids: Sequence[int]) -> int:
    """Erase every kept value of these records and return of how many changes; those can no longer be undone."""
    return tx.changed_rows(
        update(Change)
        .where(Change.kind == kind.name, Change.record_id == func.any(list(ids)))
        .values(before=null(), after=null())
        .execution_options(synchronize_session=False)
    )
