"""What an import of belongings has to know of what its rows name: a department, a region, a permission set."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from core.actor import Reach
from core.i18n import N_
from core.inputs import WrongValue
from core.transaction import Transaction
from services.changes import Keeper
from services.people.imports.holders import Holder
from services.people.imports.places import Path
from services.people.imports.plan import Change
from services.people.imports.rows import Draft

Thing = Hashable
"""What a row names, as it is kept: two rows that name the same thing have the same one."""

Blame = Callable[..., None]
"""Takes a row, a field, a sentence and its values."""

TOUCH = text("""
    UPDATE person SET version = version + 1, updated_at = :now WHERE id = ANY(CAST(:ids AS bigint[]))
""")


class Doing(StrEnum):
    """Whether a row adds what it names, or takes it away."""

    ADD = "add"
    REMOVE = "remove"


DOINGS = {
    **dict.fromkeys(("", "add", "追加", "登録", "a", "+"), Doing.ADD),
    **dict.fromkeys(("remove", "delete", "削除", "解除", "d", "-"), Doing.REMOVE),
}
YES = {"○", "◯", "〇", "●", "1", "y", "yes", "true", "主", "主務", "はい", "有", "レ", "✓"}
NO = {"", "0", "n", "no", "false", "兼", "兼務", "いいえ", "無", "×", "-", "—"}


class Noun(ABC):
    """What people may have several of. ``field`` is the column that names it; nobody has more than ``most``."""

    field: str
    most: int
    readers: Mapping[str, Callable[[str], Any]]
    """What makes values of cells, by field, beside those that every file has."""

    reaches: Sequence[Reach]
    """Only people within all of these are touched."""

    def thing(self, row: Draft, blame: Blame) -> Thing | None:
        """Return what a row names; None: its cell is empty."""
        del blame
        found: Thing | None = row.values.get(self.field)
        return found

    @abstractmethod
    def now(self, people: Sequence[int]) -> Mapping[int, tuple[Any, ...]]:
        """Return what these people have, in order."""

    @abstractmethod
    def ordered(self, holder: Holder, wanted: Sequence[Any], blame: Blame) -> tuple[Any, ...]:
        """Return what somebody is to have in the same order as ``now``, so that the same is equal."""

    @abstractmethod
    def check(self, holders: Sequence[Holder], blame: Blame) -> None:
        """Note why changes cannot be made, on rows of those who would change."""

    @abstractmethod
    def said(self, thing: Any) -> str:
        """Write one for people."""

    def besides(self, holder: Holder) -> list[Change]:
        """Return what changes besides what is added and taken away."""
        del holder
        return []

    def to_be_made(self, things: Sequence[Any]) -> list[Path]:
        """Return the departments that have to be made for these."""
        del things
        return []

    @abstractmethod
    def write(self, tx: Transaction, kept: Keeper, people: Mapping[int, tuple[Any, Any]]) -> None:
        """Let people have what is second, where they have what is first now."""


def doing(cell: str) -> Doing:
    """Say whether a row adds or takes away.

    Raises:
        WrongValue: when the cell says neither.
    """
    found = DOINGS.get(folded(cell))
    if found is None:
        raise WrongValue(N_("Write “add” or “remove”."))
    return found


def yes(cell: str) -> bool:
    """Read a cell that is ticked or not.

    Raises:
        WrongValue: when it is neither.
    """
    word = folded(cell)
    if word not in YES and word not in NO:
        raise WrongValue(N_("Write ○, or leave it empty."))
    return word in YES


def folded(cell: str) -> str:
    """Return a word without what makes no difference: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", cell).casefold().split())


def touch(tx: Transaction, people: Sequence[int]) -> None:
    """Count people as changed, so that whoever has an older version open is told."""
    tx.execute(TOUCH, {"ids": list(people), "now": tx.now})
    tx.session.expire_all()
