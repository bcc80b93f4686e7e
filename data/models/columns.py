"""Columns that many tables share."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column


def state_column(kind: type[StrEnum], **options: Any) -> MappedColumn[Any]:
    """Return a column for a StrEnum, kept as text with a check, so that a new state is a small migration."""
    return mapped_column(
        Enum(kind, native_enum=False, create_constraint=True, length=24, values_callable=lambda k: [v.value for v in k],
             name=f"{kind.__name__.lower()}"),
        **options,
    )  # fmt: skip


class Versioned:
    """A row that two people may edit at once: the second one to save is told (Conflict)."""

    version: Mapped[int] = mapped_column(default=1, server_default="1")
