"""The personal values of the audit trail are not kept for ever (保存期間); the trail itself is."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from core.audit import AuditPersonal
from core.i18n import N_
from core.retention import CAP, retained
from core.seals import AuditSeal
from core.traces import run
from core.transaction import Transaction


def _last(before: datetime) -> ColumnElement[int]:
    # Records have no index by time, seals do; what is not sealed yet is not erased yet.
    return select(func.coalesce(func.max(AuditSeal.last_id), 0)).where(AuditSeal.at < before).scalar_subquery()


def _count(tx: Transaction, before: datetime) -> int:
    some = select(AuditPersonal.record_id).where(AuditPersonal.record_id <= _last(before)).limit(CAP).subquery()
    return int(tx.scalar(select(func.count()).select_from(some)))


def _step(tx: Transaction, before: datetime, most: int) -> int:
    some = select(AuditPersonal.record_id).where(AuditPersonal.record_id <= _last(before)).limit(most)
    return run(tx, delete(AuditPersonal).where(AuditPersonal.record_id.in_(some)))


retained(
    "audit.personal",
    N_("Personal values in the audit trail"),
    N_("Names and addresses that were typed, counted from when the record was sealed. Who did what and when stays, and "
       "can still be verified."),
    days=1_825,
    least=365,
    how=(_count, _step),
)  # fmt: skip
