"""What everybody is told (お知らせ) when they come in, and who has read it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned


class Notice(Versioned, Base):
    """A notice (お知らせ), shown from one day to another, both included, on the calendar of Japan.

    It is for everybody, or for accounts with a permission set, or for people of a department and all below; with both
    named, for those of whom both are true. It goes with its set or department: nobody is left whom it is for.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", "ordered"),
        Index("ix_notice_from_on", "from_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    set_id: Mapped[int | None] = mapped_column(ForeignKey("permission_set.id", ondelete="CASCADE"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="CASCADE"), index=True)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class NoticeRead(Base):
    """An account has read a notice."""

    __tablename__ = "notice_read"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True, index=True)
    read_at: Mapped[datetime]
