"""Columns that many tables share."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, Index, literal_column
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column


def state_column(kind: type[StrEnum], **options: Any) -> MappedColumn[Any]:
    """Return a column for a StrEnum, kept as text with a check, so that a new state is a small migration."""
    return mapped_column(
        Enum(kind, native_enum=False, create_constraint=True, length=24, values_callable=lambda k: [v.value for v in k],
             name=f"{kind.__name__.lower()}"),
        **options,
    )  # fmt: skip


def start_index(name: str, words: str) -> Index:
    """Return the index by which the beginning of a text is looked up, in small letters and whatever the collation."""
    return Index(name, literal_column(f"lower({words})").label("start"), postgresql_ops={"start": "text_pattern_ops"})


def mass_reference(key: str, **options: Any) -> MappedColumn[Any]:
    """Return a column that refers to ``key`` (table.column), and is written by the million.

    A foreign key looks at its parent once a row, and locks it; triggers look once a statement (0038).
    """
    return mapped_column(info={"refers": key}, **options)


class Versioned:
    """A row that two people may edit at once: the second one to save is told (Conflict)."""

    version: Mapped[int] = mapped_column(default=1, server_default="1")
