"""Erasing what change-sets keep of records (個人情報の消去): that something was changed stays, what it was does not."""

from collections.abc import Sequence

from sqlalchemy import func, null, update

from core.traces import mentions, run
from core.transaction import Transaction, listens
from data.models.changes import Change, ChangeSet, ChangeUndo
from services.changes.kinds import Kind
from services.events import PeopleErased


def erase(tx: Transaction, kind: Kind, ids: Sequence[int]) -> int:
    """Erase every kept value of these records and return of how many changes; those can no longer be undone."""
    return tx.changed_rows(
        update(Change)
        .where(Change.kind == kind.name, Change.record_id == func.any(list(ids)))
        .values(before=null(), after=null())
        .execution_options(synchronize_session=False)
    )


@listens(PeopleErased)
def erase_actors(tx: Transaction, erased: PeopleErased) -> None:
    """Take the names of these people from what they changed; the number of the account stays."""
    run(tx, update(ChangeSet).where(ChangeSet.account_id == func.any(list(erased.accounts))).values(actor=erased.name))
    if erased.words:
        run(tx, update(ChangeUndo).where(mentions(ChangeUndo.message, erased.words)).values(message=None))
