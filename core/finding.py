"""Finding anything by a few letters (検索, Ctrl+K): each room says with ``@finds`` how its own things are found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from core.actor import Reach
from core.i18n import _
from core.inputs import Row
from core.operations import Process
from core.transaction import Transaction

MOST = 6
"""Things of one kind that are offered."""


class Found(Row):
    """Something that was found: what it is called, what tells it from others, and the page that shows it."""

    text: str
    detail: str = ""
    page: str
    values: dict[str, str | int] = Field(default_factory=dict)


class FoundKind(Row):
    """What was found of one kind, in the reader's language."""

    title: str
    found: list[Found]


Look = Callable[[Transaction, Reach, str], list[Found]]


@dataclass(frozen=True)
class Finder:
    """How things of one kind are found, for those who may do ``process``."""

    process: Process[Any, Any]
    title: str
    look: Look


_finders: list[Finder] = []


def finds(process: Process[Any, Any], title: str) -> Callable[[Look], Look]:
    """Declare how things of a kind are found: with the reach of ``process``, at most ``MOST`` of them.

    ``title`` is a message id. It is asked at each letter, so it must be quick however many there are.
    """

    def declare(look: Look) -> Look:
        _finders.append(Finder(process, title, look))
        return look

    return declare


def find_all(tx: Transaction, text: str) -> list[FoundKind]:
    """Return what the actor may see under these letters, kind by kind; kinds without anything are left out."""
    kinds = [
        FoundKind(title=_(finder.title), found=finder.look(tx, finder.process.reach(tx), text))
        for finder in _finders
        if finder.process.allowed(tx.actor)
    ]
    return [kind for kind in kinds if kind.found]
