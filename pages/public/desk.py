"""Where replies are handed in (回答の受付): links are looked up together, answers are stored together.

One desk for each event loop and database, opened as its process starts. What comes in during one commit goes into the
next one; who answered is told after it. When too much waits, nothing more is taken until there is room.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from core import clock, logs
from core.actor import Actor
from core.awaited import AwaitedPool
from core.database import AWAITED, AWAITED_SECONDS
from core.i18n import using_language
from core.outage import Away, Outage
from core.settings import settings
from core.together import Together
from core.transaction import Transaction
from services.broadcasts import (
    Asked,
    Known,
    Replies,
    Reply,
    find_all_asked,
    prepare_replies,
    read_answer,
    record_replies,
)
from services.broadcasts.answering import Given

ACTOR = Actor.system("reply page")
MOST_TOGETHER = 500
MOST_WAITING = 5_000
"""Some seconds' work: whoever comes later is told at once, instead of waiting until the browser gives up."""

_desks: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, "Desk"]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Sent:
    """A form that came in by the link of a mail of ours; ``wanted`` is the language that was chosen on the page."""

    delivery_id: int
    given: Given
    wanted: str | None


@dataclass
class Outcome:
    """What became of it: stored, or wrong by question; neither: answers are not taken any more."""

    asked: Asked
    wrong: Mapping[str, str] = field(default_factory=dict)
    stored: bool = False


class Desk:
    """Looks links up and takes answers, with connections of its own: one reads, two write."""

    def __init__(self, url: str) -> None:
        """Open connections when they are needed."""
        self.written: dict[Any, str] = {}
        """Forms, for ``reply_pages.empty_form``."""

        self._pool = AwaitedPool(url, AWAITED)
        self._known = Known()
        self._outage = Outage()
        self._look = Together(self._looked, most=MOST_TOGETHER, most_waiting=MOST_WAITING, away=_is_known)
        self._take = Together(
            self._taken, most=MOST_TOGETHER, most_waiting=MOST_WAITING, away=_is_known, apart=_delivery
        )

    async def asked(self, delivery_id: int) -> Asked | None:
        """Return who was asked what by a mail.

        Raises:
            Away: when the database is. Unavailable: when too many wait.
        """
        return await self._look(delivery_id)

    async def take(self, sent: Sent) -> Outcome | None:
        """Read and store an answer; None: nobody was asked so. When this returns, what is stored is on the disk.

        Raises:
            Away: when the database is. Unavailable: when too many wait.
        """
        return await self._take(sent)

    async def open(self) -> None:
        """Open the connections and send on each what comes with a reply: the first wave waits for nothing of that.

        Raises:
            Away: when the database is.
        """
        with self._outage.met_once():
            await self._pool.everywhere(ACTOR, lambda tx: prepare(tx, self._known))

    async def close(self) -> None:
        """Do what was taken, then give the connections up."""
        await self._look.end()
        await self._take.end()
        await self._pool.close()

    async def _looked(self, delivery_ids: Sequence[int]) -> list[Asked | None]:
        with self._outage.met_once():
            return await self._pool.transaction(ACTOR, lambda tx: look(tx, delivery_ids, self._known))

    async def _taken(self, sent: Sequence[Sent]) -> list[Outcome | None]:
        with self._outage.met_once():
            return await self._pool.transaction(ACTOR, lambda tx: take(tx, sent, self._known))


def prepare(tx: Transaction, known: Known) -> None:
    """Look for nobody and store nothing, as ``look`` and ``take`` do."""
    look(tx, [], known)
    prepare_replies(tx)


def look(tx: Transaction, delivery_ids: Sequence[int], known: Known) -> list[Asked | None]:
    """Return who was asked what by each of these mails."""
    found = find_all_asked(tx, delivery_ids, known)
    return [found.get(one) for one in delivery_ids]


def take(tx: Transaction, sent: Sequence[Sent], known: Known) -> list[Outcome | None]:
    """Read answers and store those with nothing wrong, in the order in which they came in."""
    found = find_all_asked(tx, [one.delivery_id for one in sent], known)
    outcomes = [Outcome(found[one.delivery_id]) if one.delivery_id in found else None for one in sent]
    replies: list[tuple[Outcome, Reply]] = []
    for one, outcome in zip(sent, outcomes, strict=True):
        if outcome is not None and outcome.asked.answerable:
            with using_language(one.wanted or outcome.asked.language):
                answer, outcome.wrong = read_answer(outcome.asked.questions, one.given)
            if not outcome.wrong:
                replies.append((outcome, _reply(outcome.asked, answer)))
    if replies:
        stored = record_replies(tx, Replies.model_construct(replies=[reply for _outcome, reply in replies])).stored
        for outcome, reply in replies:
            outcome.stored = (reply.broadcast_id, reply.person_id) in stored
    return outcomes


def _reply(asked: Asked, answer: dict[str, Any]) -> Reply:
    return Reply.model_construct(
        broadcast_id=asked.broadcast_id, person_id=asked.person_id, delivery_id=asked.delivery_id, answer=answer,
        at=clock.now(),
    )  # fmt: skip


def _delivery(sent: Sent) -> int:
    return sent.delivery_id


def _is_known(error: Exception) -> bool:
    return isinstance(error, Away)


def current() -> Desk:
    """Return the desk of the running event loop for the database that is set."""
    url = settings().database_url
    address = url.get_secret_value() if url else ""
    desks = _desks.setdefault(asyncio.get_running_loop(), {})
    if address not in desks:
        desks[address] = Desk(address)
    return desks[address]


async def ready() -> None:
    """Open the desk before the first reply comes; what fails or takes long here is done again with that reply."""
    try:
        async with asyncio.timeout(AWAITED_SECONDS):
            await current().open()
    except Away:
        return  # which must not keep a process from starting; it stands in the log
    except Exception as error:  # noqa: BLE001 - nor must anything else
        logs.fault(error)


async def close() -> None:
    """Close the desks of the running event loop, as its process ends."""
    for desk in _desks.pop(asyncio.get_running_loop(), {}).values():
        await desk.close()
