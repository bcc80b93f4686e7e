"""What comes at the same time is done together, without a timer: group commit.

The first one is begun at once. What comes while it is under way waits, and is done together right after it: the busier
the process, the more share one commit, and nobody ever waits for others who might still come.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from core.errors import Unavailable
from core.i18n import N_

T = TypeVar("T")
R = TypeVar("R")
FULL = N_("Very many people are answering at this moment. Try again in a minute.")
ENDED = N_("This server is being restarted. Try again in a minute.")


class Together(Generic[T, R]):
    """Does things in batches, one batch after the other, on one event loop.

    ``work`` gets things in the order in which they came and returns a result for each. When it fails, the batch is
    split, so that one that cannot be done fails alone; ``away`` says of which errors that is no use, since they would
    meet all of them. Whoever stops waiting stops nothing: what was taken is done.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        *,
        most: int,
        most_waiting: int,
        away: Callable[[Exception], bool] = lambda _error: False,
    ) -> None:
        """Begin with nothing to do; at most ``most`` are done together, at most ``most_waiting`` wait."""
        self._work, self._away = work, away
        self._most, self._most_waiting = most, most_waiting
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._runner: asyncio.Task[None] | None = None

    async def __call__(self, thing: T) -> R:
        """Do one thing together with whatever else comes, and return its result when it is done.

        Raises:
            Unavailable: when too many wait already; this one was not taken.
        """
        if len(self._waiting) >= self._most_waiting:
            raise Unavailable(FULL)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, future))
        if self._runner is None:
            # In a context of its own: what it logs belongs to no single request.
            self._runner = asyncio.create_task(self._run(), context=Context())
        return await future

    async def end(self) -> None:
        """Return when everything that was taken is done."""
        while self._runner is not None:
            await asyncio.wait([self._runner])

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._do([self._waiting.popleft() for _at in range(min(self._most, len(self._waiting)))])
        finally:
            self._runner = None
            while self._waiting:  # only when the loop itself is ending
                _fail(self._waiting.popleft()[1], Unavailable(ENDED))

    async def _do(self, taken: Sequence[tuple[T, "asyncio.Future[R]"]]) -> None:
        try:
            results = await self._work([thing for thing, _future in taken])
        except Exception as error:  # noqa: BLE001 - each of those who wait gets it
            if len(taken) == 1 or self._away(error):
                for _thing, future in taken:
                    _fail(future, error)
            else:
                middle = len(taken) // 2
                await self._do(taken[:middle])
                await self._do(taken[middle:])
        except BaseException:
            for _thing, future in taken:
                _fail(future, Unavailable(ENDED))
            raise
        else:
            for (_thing, future), result in zip(taken, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _fail(future: "asyncio.Future[R]", error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
