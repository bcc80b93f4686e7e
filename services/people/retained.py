"""Uploaded files are not kept for ever (保存期間): what came of them is."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update

from core.i18n import N_
from core.retention import CAP, retained
from core.transaction import Transaction
from data.models.people import ImportState, PeopleImport, PeopleImportPart, PeopleImportRow


def empty_imports(tx: Transaction, ids: list[int]) -> None:
    """Take the file and its rows out of imports; those that were not applied go as a whole, with nothing to go on."""
    options = {"synchronize_session": False}
    for model in (PeopleImportRow, PeopleImportPart):
        tx.execute(delete(model).where(model.import_id == func.any(ids)).execution_options(**options))
    these = PeopleImport.id == func.any(ids)
    applied = PeopleImport.state == ImportState.APPLIED
    tx.execute(delete(PeopleImport).where(these, ~applied).execution_options(**options))
    blank = update(PeopleImport).where(these).values(content=b"", sample=[], message=None)
    tx.execute(blank.execution_options(**options))
    tx.session.expire_all()


def _count(tx: Transaction, before: datetime) -> int:
    return min(CAP, int(tx.scalar(select(func.count()).where(_due(before)))))


def _step(tx: Transaction, before: datetime, _most: int) -> int:
    # One file at a time: its rows may be a hundred thousand.
    one = tx.scalar(select(PeopleImport.id).where(_due(before)).limit(1).with_for_update(skip_locked=True))
    if one is None:
        return 0
    empty_imports(tx, [one])
    return 1


def _due(before: datetime) -> ColumnElement[bool]:
    parts = exists().where(PeopleImportPart.import_id == PeopleImport.id)
    there = or_(func.length(PeopleImport.content) > 0, parts)
    return and_(PeopleImport.created_at < before, PeopleImport.state != ImportState.APPLYING, there)


retained(
    "people.imports",
    N_("Uploaded files"),
    N_("Files of people and departments with their rows, counted from the upload. What an import changed stays in its "
       "change-set."),
    days=90,
    least=7,
    how=(_count, _step),
)  # fmt: skip
