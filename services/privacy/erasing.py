"""Erasing what the audit trail and long work keep of people (個人情報の消去). The trail stays whole and verifiable.

Personal values of a record lie beside it; the record, and with it the seal, holds their hash only.
"""

from sqlalchemy import delete, func, select, update

from core.audit import AuditPersonal, AuditRecord
from core.progress import Work
from core.traces import mentions, run
from core.transaction import Transaction, listens
from services.events import PeopleErased


@listens(PeopleErased)
def erase_trail(tx: Transaction, erased: PeopleErased) -> None:
    """Delete the personal values of records about these people, and of those in which they are named."""
    about = [f"person:{key}" for key in erased.ids] + [f"account:{key}" for key in erased.accounts]
    records = select(AuditRecord.id).where(AuditRecord.subject == func.any(about))
    run(tx, delete(AuditPersonal).where(AuditPersonal.record_id.in_(records)))
    if erased.words:
        run(tx, delete(AuditPersonal).where(mentions(AuditPersonal.values, erased.words)))
        run(tx, update(Work).where(mentions(Work.message, erased.words)).values(message=None))
