"""The database for routes that are awaited: a pool of its own, on which the same operations run as everywhere.

An operation is ordinary code that waits for the database. Here it runs beside the event loop, in a greenlet of the same
thread: where it waits, the loop goes on. So many requests share one thread, and none waits for a free one.
"""

import asyncio
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

from psycopg import AsyncConnection
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.util import await_only, greenlet_spawn

from core.actor import Actor
from core.database import awaited_engine, transaction
from core.line import Line, beginning
from core.transaction import Transaction

R = TypeVar("R")


class AwaitedPool:
    """Connections of one event loop to one database."""

    def __init__(self, url: str, size: int) -> None:
        """Open at most ``size`` connections, each when it is needed."""
        self._size = size
        self._engine = awaited_engine(url, pool_size=size, overflow=0)

    async def transaction(self, actor: Actor, work: Callable[[Transaction], R]) -> R:
        """Do ``work`` in a transaction for an actor, which is committed when this returns."""
        return await greenlet_spawn(_done, self._engine.sync_engine, actor, work)

    async def everywhere(self, actor: Actor, work: Callable[[Transaction], object]) -> None:
        """Open every connection and do ``work`` on each, side by side: whoever comes first finds them in use."""
        await asyncio.gather(*(self.transaction(actor, work) for _ in range(self._size)))

    async def close(self) -> None:
        """Give all connections up."""
        await self._engine.dispose()


def _done(engine: Engine, actor: Actor, work: Callable[[Transaction], R]) -> R:
    with closing(AwaitedLine.of(engine)) as line, transaction(actor, on=line) as tx:
        return work(tx)


class AwaitedLine(Line):
    """A connection whose every step is awaited, by the greenlet that uses it."""

    def __init__(self, held: PoolProxiedConnection, engine: Engine) -> None:
        """Take a connection that somebody holds, of an engine that is awaited."""
        super().__init__(held, engine)
        self._awaited: AsyncConnection[Any] = held.driver_connection  # type: ignore[assignment]

    def _come(self, step: Any) -> Any:
        return await_only(step)

    def _begin(self, scope: str) -> None:
        await_only(self._awaited.execute(beginning(scope)))
