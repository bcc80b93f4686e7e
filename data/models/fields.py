"""Fields that an organisation adds to its records by itself (独自項目, N08): what they are, not what they hold.

The values of a record stand in its own row, in the column ``own``; see docs/decisions/0016.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class OwnKind(StrEnum):
    """What an own field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    PERSON = "person"
    DEPARTMENT = "department"


class OwnField(Versioned, Base):
    """A field that the organisation added to a noun, for instance to ``person``.

    ``code`` is the machine's name and never changes; ``choices`` holds ``value``, ``ja``, ``en`` and ``gone`` of each
    choice (``gone``: still kept by some record, offered to nobody); ``decimals`` is how many digits a number may have
    after the point. A field is retired, never deleted: its values stay. ``applicable``: people may apply for another
    value of their own (プロフィール申請).
    """

    __tablename__ = "own_field"
    __table_args__ = (
        UniqueConstraint("noun", "code"),
        CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", "code_for_machines"),
        CheckConstraint("decimals BETWEEN 0 AND 6", "few_decimals"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    noun: Mapped[str]
    code: Mapped[str] = mapped_column(String(collation="C"))
    kind: Mapped[OwnKind] = state_column(OwnKind)
    label_ja: Mapped[str]
    label_en: Mapped[str] = mapped_column(default="")
    help: Mapped[str] = mapped_column(default="")
    required: Mapped[bool] = mapped_column(default=False)
    applicable: Mapped[bool] = mapped_column(default=False, server_default="false")
    decimals: Mapped[int] = mapped_column(default=0)
    choices: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    position: Mapped[int]
    retired_at: Mapped[datetime | None]
