"""Which kinds of records can be commented: each room declares its own, everything else follows from that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.actor import Reach
from core.errors import NotFound
from core.i18n import N_
from core.operations import Process
from core.shown import page_address
from core.transaction import Transaction
from services.access import Lies


@dataclass(frozen=True)
class Commented:
    """A kind of records that can be commented.

    Whoever may do ``process`` with a record sees its comments. ``page`` is the file below ``pages/`` that shows a
    record, with its number as ``id``. ``names`` returns what records are called, those within reach only; ``lies``
    where a record lies, so that whoever else may see it can be offered.
    """

    noun: str
    process: Process[Any, Any]
    page: str
    names: Callable[[Transaction, Reach, Sequence[int]], dict[int, str]]
    lies: Callable[[Transaction, int], Lies]

    def address(self, record_id: int) -> str:
        """Return where a record's comments are read, below the address of the console."""
        return f"/{page_address(self.page)}?id={record_id}&view=comments"

    def seen(self, tx: Transaction, record_ids: Sequence[int]) -> dict[int, str]:
        """Return those of these records that the actor may see, by number, with their names."""
        return self.names(tx, self.process.reach(tx), record_ids) if self.process.allowed(tx.actor) else {}


_kinds: dict[str, Commented] = {}


def commented(kind: Commented) -> None:
    """Declare a kind of records that can be commented."""
    _kinds[kind.noun] = kind


def find_kind(noun: str) -> Commented:
    """Return a kind by its noun.

    Raises:
        NotFound: when records of that noun are not commented.
    """
    if noun not in _kinds:
        raise NotFound(N_("There are no comments on this."))
    return _kinds[noun]


def require_seen(tx: Transaction, noun: str, record_id: int) -> Commented:
    """Return the kind of a record that the actor may see.

    Raises:
        NotFound: when there is no such record within reach.
    """
    kind = find_kind(noun)
    if record_id not in kind.seen(tx, [record_id]):
        raise NotFound(N_("What was commented does not exist, or is outside your reach."))
    return kind
