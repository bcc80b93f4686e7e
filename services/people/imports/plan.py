"""What an import would do, row by row: the dry run shows it, applying does exactly it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import RenrakuError
from core.transaction import Transaction
from data.models.people import RowAction
from services.changes import Keeper

Say = Callable[[str, int, int], None]
"""Gets the step that is being done, how many rows of it are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell, as a sentence that is translated when it is shown; no column: with the whole row."""

    column: str
    message: str
    values: dict[str, Any]

    @classmethod
    def of(cls, column: str, error: RenrakuError) -> "Problem":
        """Note an error that a cell caused."""
        return cls(column, error.message, {name: str(value) for name, value in error.values.items()})


Change = tuple[str, str, str]
"""A field with what stands now and what the file says, in the writing for people."""


@dataclass(slots=True)
class PlannedRow:
    """A row of the file with what would become of it; its cells stand in the file."""

    line: int
    action: RowAction
    problems: tuple[Problem, ...] = ()
    changes: Sequence[Change] = ()
    target: Any = None
    """What is to be written; rows with the same target do the same."""

    def blame(self, problem: Problem) -> None:
        """Note what is wrong with it."""
        self.problems = (*self.problems, problem)


class Plan(Protocol):
    """All rows of a file, and how to write them."""

    rows: list[PlannedRow]

    def extra_counts(self) -> dict[str, int]:
        """Return what else would be made, by name."""

    def write(self, tx: Transaction, kept: Keeper, say: Say) -> None:
        """Write every row that adds or changes something, as part of a change-set."""


def counts_of(plan: Plan) -> dict[str, int]:
    """Return how many rows there are, by action, and what else would be made."""
    by_action = Counter(row.action for row in plan.rows)
    return {"rows": len(plan.rows), **{action.value: by_action[action] for action in RowAction}, **plan.extra_counts()}


def digest_of(rows: Iterable[PlannedRow]) -> str:
    """Return a hash of everything that a plan would do: two plans with the same hash do the same."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.line} {row.action} {row.target!r}\n".encode())
    return digest.hexdigest()
