"""What a run said of people is not kept for ever (保存期間): that it ran and how many it concerned is."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select

from core.i18n import N_
from core.retention import CAP, retained
from core.transaction import Transaction
from data.models.directory import DirectoryRun, DirectoryRunRow, RunState
from services.directory.connections import AT_WORK
from services.directory.ending import end
from services.directory.runs import WAITING


def _count(tx: Transaction, before: datetime) -> int:
    return min(CAP, int(tx.scalar(select(func.count()).where(_due(before)))))


def _step(tx: Transaction, before: datetime, _most: int) -> int:
    # One run at a time: its lines may be a hundred thousand.
    due = select(DirectoryRun).where(_due(before)).order_by(DirectoryRun.id).limit(1)
    one = tx.session.scalars(due.with_for_update(skip_locked=True)).first()
    if one is None:
        return 0
    if one.state in WAITING:
        end(tx, one, RunState.DROPPED)
    lines = delete(DirectoryRunRow).where(DirectoryRunRow.run_id == one.id)
    tx.execute(lines.execution_options(synchronize_session=False))
    return 1


def _due(before: datetime) -> ColumnElement[bool]:
    lines = exists().where(DirectoryRunRow.run_id == DirectoryRun.id)
    return (DirectoryRun.started_at < before) & DirectoryRun.state.not_in(AT_WORK) & lines


retained(
    "directory.runs",
    N_("What runs of the directory sync said of people"),
    N_("Who would have been added, changed or retired, counted from the beginning of the run; a run that nobody let be "
       "applied is put aside. What a run changed stays in its change-set."),
    days=90,
    least=7,
    how=(_count, _step),
)  # fmt: skip
