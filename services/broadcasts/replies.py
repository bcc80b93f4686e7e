"""Replies (回答, D13): storing answers, many at once.

The first and the latest answer of a person are both kept. Storing is a list engine: the reply page hands over what came
in during one commit together.
"""

from datetime import datetime
from typing import Any

from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from services.broadcasts.storing import store_none, store_replies


class Reply(Input):
    """One answer: ``answer`` as ``answering.read_answer`` made it, ``at`` the moment it came in.

    ``delivery_id`` names the mail whose link was used: that one has reached its person.
    """

    broadcast_id: int = field(N_("Broadcast"))
    person_id: int = field(N_("Person"))
    answer: dict[str, Any] = field(N_("Answer"))
    at: datetime = field(N_("Time"))
    delivery_id: int | None = field(N_("Delivery"), default=None)

    @property
    def by(self) -> None:
        """Return that the person answered, nobody else."""

    @property
    def note(self) -> None:
        """Return that nobody noted anything."""


class Replies(Input):
    """Answers in the order in which they came in."""

    replies: list[Reply] = field(N_("Replies"), personal=True, max_length=5_000)


class Recorded(Row):
    """Whose answers were stored, as pairs of broadcast and person; the others could not be answered any more."""

    stored: frozenset[tuple[int, int]]


@operation("broadcasts.record_replies", N_("Record replies"), touches="recipient")
def record(tx: Transaction, ask: Replies) -> Recorded:
    """Store answers: the first one of a person stays the first, the last one becomes the latest (D13).

    Two phones at once queue on the recipient's row. Answers to a broadcast that was closed, and of people who were not
    asked or are out of the actor's reach, are not stored; the result says whose were.
    """
    stored, refused = store_replies(tx, record.reach(tx), ask.replies)
    tx.note("recipient", None, {"stored": len(stored), "refused": refused})
    return Recorded(stored=frozenset(stored))


def prepare(tx: Transaction) -> None:
    """Make a connection ready for ``record``, so that nobody's reply waits for what is only done once on each."""
    store_none(tx, record.reach(tx))
