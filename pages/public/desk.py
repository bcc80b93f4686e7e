"""Where replies are handed in (回答の受付): links are looked up together, answers are stored together.

One desk for each event loop and database, opened with the first reply. What comes in during one commit goes into the
next one; who answered is told after it. When too much waits, nothing more is taken until there is room.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from core import clock, logs
from core.actor import Actor
from core.awaited import AwaitedPool, is_away
from core.settings import settings
from core.together import Together
from services.broadcasts import Asked, Known, Replies, Reply, find_all_asked, record_replies

CONNECTIONS = 2
MOST_TOGETHER = 500
MOST_WAITING = 5_000
"""Some seconds' work: whoever comes later is told at once, instead of waiting until the browser gives up."""

_desks: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, "Desk"]] = WeakKeyDictionary()


class Away(Exception):
    """The database is away; it stands in the log once, under this id."""

    def __init__(self, fault_id: str) -> None:
        """Keep the id."""
        super().__init__(fault_id)
        self.fault_id = fault_id


class Desk:
    """Looks links up and takes answers, with connections of its own: one reads, one writes."""

    def __init__(self, url: str) -> None:
        """Open connections when they are needed."""
        self.written: dict[Any, str] = {}
        """Forms, for ``reply_pages.empty_form``."""

        self._pool = AwaitedPool(url, CONNECTIONS)
        self._known = Known()
        self._actor = Actor.system("reply page")
        self._look = Together(self._find, most=MOST_TOGETHER, most_waiting=MOST_WAITING, away=_is_known)
        self._take = Together(self._store, most=MOST_TOGETHER, most_waiting=MOST_WAITING, away=_is_known)

    async def asked(self, delivery_id: int) -> Asked | None:
        """Return who was asked what by a mail.

        Raises:
            Away: when the database is. Unavailable: when too many wait.
        """
        return await self._look(delivery_id)

    async def take(self, asked: Asked, answer: dict[str, Any]) -> bool:
        """Store an answer; say whether it was still taken. When this returns, it is on the disk.

        Raises:
            Away: when the database is. Unavailable: when too many wait.
        """
        return await self._take(
            Reply.model_construct(
                broadcast_id=asked.broadcast_id, person_id=asked.person_id, delivery_id=asked.delivery_id,
                answer=answer, at=clock.now(),
            )
        )  # fmt: skip

    async def close(self) -> None:
        """Do what was taken, then give the connections up."""
        await self._look.end()
        await self._take.end()
        await self._pool.close()

    async def _find(self, delivery_ids: Sequence[int]) -> list[Asked | None]:
        with _known_once():
            found = await self._pool.transaction(
                self._actor, lambda tx: find_all_asked(tx, delivery_ids, self._known)
            )  # fmt: skip
        return [found.get(one) for one in delivery_ids]

    async def _store(self, replies: Sequence[Reply]) -> list[bool]:
        ask = Replies.model_construct(replies=list(replies))
        with _known_once():
            done = await self._pool.transaction(self._actor, lambda tx: record_replies(tx, ask))
        return [(one.broadcast_id, one.person_id) in done.stored for one in replies]


@contextmanager
def _known_once() -> Iterator[None]:
    """Let what meets everybody at once stand in the log once."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise Away(logs.fault(error)) from error
        raise


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


async def close() -> None:
    """Close the desks of the running event loop, as its process ends."""
    for desk in _desks.pop(asyncio.get_running_loop(), {}).values():
        await desk.close()
