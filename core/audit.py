"""The audit trail (N09): who did which operation when, with what and to what end, written in the same transaction.

Personal values lie in a side table so that they can be erased later without breaking the trail: the record keeps
their hash only.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from core.inputs import Input, marks
from core.transaction import Transaction


class AuditRecord(Base):
    """One operation that happened (操作履歴). The application's role may insert and read, never change.

    ``actor`` names an account by its number: whoever reads it asks whose that is.
    """

    __tablename__ = "audit_record"
    __table_args__ = (Index("ix_audit_record_process_at", "process", "at"), Index("ix_audit_record_subject", "subject"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(index=True)
    actor: Mapped[str]
    cause: Mapped[str | None]
    process: Mapped[str]
    subject: Mapped[str | None]
    input: Mapped[dict[str, Any]]
    personal_hash: Mapped[str | None]
    changes: Mapped[list[dict[str, Any]]]


class AuditPersonal(Base):
    """The personal values of one record; the row may be erased (個人情報保護法), the record stays."""

    __tablename__ = "audit_personal"

    record_id: Mapped[int] = mapped_column(ForeignKey("audit_record.id"), primary_key=True)
    values: Mapped[dict[str, Any]]


# Once there and back for both rows: nearly every operation has something personal in it.
KEEP = """
    WITH kept AS (
        INSERT INTO audit_record (at, account_id, actor, cause, process, subject, input, personal_hash, changes)
        VALUES (%(at)s, %(account_id)s, %(actor)s, %(cause)s, %(process)s, %(subject)s, %(input)s::jsonb,
                %(personal_hash)s, %(changes)s::jsonb)
        RETURNING id
    )
    INSERT INTO audit_personal (record_id, "values")
    SELECT id, %(personal)s::jsonb FROM kept WHERE %(personal)s::jsonb IS NOT NULL
"""


def record(tx: Transaction, process: str, touches: str | None, ask: Input, result: object) -> None:
    """Write what just happened."""
    plain, personal = split(ask)
    written = _written(personal) if personal else None
    account_id, actor = tx.actor.recorded
    tx.plain(KEEP, {
        "at": tx.now, "account_id": account_id, "actor": actor, "cause": tx.actor.cause, "process": process,
        "subject": subject_of(touches, result), "input": json.dumps(plain), "changes": json.dumps(tx.changes),
        "personal": written, "personal_hash": written and _hash(written),
    })  # fmt: skip


def split(ask: Input) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part an input into what the trail keeps and what is personal; secrets are in neither."""
    plain: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    for name, value in ask.model_dump(mode="json").items():
        marked, inside = marks(type(ask), name), getattr(ask, name)
        if marked.get("secret"):
            continue
        if isinstance(inside, Input) and not marked.get("personal"):
            plain[name], within = split(inside)  # for instance the search by which many people are chosen
            personal |= {name: within} if within else {}
        else:
            (personal if marked.get("personal") else plain)[name] = value
    return plain, personal


def hash_of(values: dict[str, Any]) -> str:
    """Return the SHA-256 of values in one fixed writing."""
    return _hash(_written(values))


def _hash(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()


def _written(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=False)


def subject_of(touches: str | None, result: object) -> str | None:
    """Name the record that was touched, for instance ``person:15``."""
    key = result.id if isinstance(result, BaseModel) and hasattr(result, "id") else None
    return f"{touches}:{key}" if touches and key is not None else touches
