"""Applications of people for a change of what is kept about them (プロフィール申請, X07)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class ApplicationState(StrEnum):
    """It waits for the office, was sent back to be corrected, was approved and applied, or taken back."""

    WAITING = "waiting"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class ProfileApplication(Versioned, Base):
    """What a person asks to be changed: ``wanted`` by field, and ``before``, what stood there when it was asked for.

    Own fields stand as ``own.`` and their code. ``reason`` says why it was sent back. Nobody has two that are open.
    Both are empty once the application was erased.
    """

    __tablename__ = "profile_application"
    __table_args__ = (
        Index(
            "uq_profile_application_open", "person_id", unique=True,
            postgresql_where=text("state IN ('waiting', 'returned')"),
        ),
        Index("ix_profile_application_state", "state", "applied_at", "id"),
        Index("ix_profile_application_person_id", "person_id", "id"),
        CheckConstraint("state <> 'returned' OR reason <> ''", "reason_if_returned"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[ApplicationState] = state_column(ApplicationState, default=ApplicationState.WAITING)
    wanted: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    applied_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    mailed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
