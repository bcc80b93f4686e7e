"""Change-sets (変更セット): what one operation did to which records, so that it can be seen and undone (N09)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import state_column


class ChangeAction(StrEnum):
    """What became of a record."""

    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"
    REINSTATED = "reinstated"
    REMOVED = "removed"


class ChangeSet(Base):
    """Everything that one operation changed: an import, an edit, a retirement, an undo.

    ``counts`` has how many records, by kind and action. ``subject`` names what it came from (``people_import:12``).
    ``allowed_by`` is the process whose permission and reach an undo needs: the operation's own, and for an undo that of
    what it undid. ``undone_by_id`` is the undo that holds at this moment. ``erased_at``: what its records said is no
    longer kept.
    """

    __tablename__ = "change_set"
    __table_args__ = (Index("ix_change_set_at", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(index=True)
    actor: Mapped[str]
    process: Mapped[str]
    allowed_by: Mapped[str]
    subject: Mapped[str | None] = mapped_column(index=True)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    records: Mapped[int] = mapped_column(default=0)
    erased_at: Mapped[datetime | None]
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))


class Change(Base):
    """What a change-set did to one record.

    ``before`` and ``after`` hold the fields that differ, empty ones left out; of an added record ``after`` holds all
    fields, of a removed one ``before``. They are personal and can be erased on their own (``services.changes.erase``);
    that a record was changed, and in which ``fields``, stays.
    """

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_record", "kind", "record_id", "set_id"),)

    set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[ChangeAction] = state_column(ChangeAction)
    fields: Mapped[list[str]]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]


class ChangeBefore(Base):
    """What records were before a change that is being made: rows live inside its transaction only.

    Unlogged, since they are gone when it ends, and no temporary table, which would be made anew for every edit.
    """

    __tablename__ = "change_before"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    set_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)
    values: Mapped[dict[str, Any]]


class UndoState(StrEnum):
    """Where an undo stands: being looked at, looked at, being done, done, failed."""

    CHECKING = "checking"
    CHECKED = "checked"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


class ChangeUndo(Base):
    """A wish to undo a change-set: what the preview found, and what became of it.

    ``counts`` has free, touched and blocked records; ``digest`` is the hash of what the preview said, so that the undo
    does exactly that or nothing. ``overwrite``: records that somebody changed since go back too. ``made_id`` is the
    change-set that the undo made.
    """

    __tablename__ = "change_undo"

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    state: Mapped[UndoState] = state_column(UndoState, default=UndoState.CHECKING)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str | None]
    overwrite: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str | None]
    work_id: Mapped[int | None] = mapped_column(ForeignKey("work.id"))
    account_id: Mapped[int | None]
    created_at: Mapped[datetime]
    made_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))


class Standing(StrEnum):
    """Why a record does not simply go back: somebody changed it since, or it cannot."""

    TOUCHED = "touched"
    BLOCKED = "blocked"


class ChangeUndoRow(Base):
    """A record that does not simply go back; ``fields`` are those that somebody changed since, ``reason`` a msgid."""

    __tablename__ = "change_undo_row"

    undo_id: Mapped[int] = mapped_column(ForeignKey("change_undo.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)
    standing: Mapped[Standing] = state_column(Standing)
    fields: Mapped[list[str]]
    reason: Mapped[str | None]
    later_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))
