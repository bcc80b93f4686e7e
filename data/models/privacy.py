"""What an administrator set about how long personal data is kept (保存期間)."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned


class RetentionRule(Versioned, Base):
    """After how many days a kind of data is erased; a kind without a row keeps to its default."""

    __tablename__ = "retention_rule"
    __table_args__ = (CheckConstraint("days > 0", "days"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]
    updated_at: Mapped[datetime]
