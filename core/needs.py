"""What needs somebody today (要対応): each room says it for itself with ``@needs``, Home shows all of it together."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from pydantic import Field

from core.actor import Reach
from core.i18n import N_
from core.inputs import Row
from core.operations import Process
from core.transaction import Transaction
from core.words import named


class Urgency(StrEnum):
    """How soon somebody should look: at once, today, or when there is time."""

    NOW = "now"
    TODAY = "today"
    LATER = "later"


named(Urgency, now=N_("At once"), today=N_("Today"), later=N_("When there is time"))


class Need(Row):
    """Something that waits for the reader, in the reader's language.

    ``count`` is how many, ``amount`` the same with its unit (``12名``), empty where nothing is counted. ``page`` is a
    file below ``pages/``, ``values`` are what its address says. Texts are plain: whoever shows them as Markdown makes
    them literal.
    """

    text: str
    count: int
    amount: str
    urgency: Urgency
    page: str
    values: dict[str, str | int] = Field(default_factory=dict)


Ask = Callable[[Transaction, Reach], list[Need]]
_asks: list[tuple[Process[Any, Any], Ask]] = []


def needs(process: Process[Any, Any]) -> Callable[[Ask], Ask]:
    """Declare what of a room needs somebody: asked for those who may do ``process``, with their reach for it.

    It says only what the actor may see, and asks the database once, whatever the number of people.
    """

    def declare(ask: Ask) -> Ask:
        _asks.append((process, ask))
        return ask

    return declare


def needs_of(tx: Transaction) -> list[Need]:
    """Return all that needs the actor, the most urgent first."""
    found = [need for process, ask in _asks if process.allowed(tx.actor) for need in ask(tx, process.reach(tx))]
    order = list(Urgency)
    return sorted(found, key=lambda need: order.index(need.urgency))
