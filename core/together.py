"""What comes at the same time is done together, without a timer: group commit.

The first one is begun at once. What comes while it is under way waits, and is done together right after it: the busier
the process, the more share one commit, and nobody ever waits for others who might still come. Where two batches may go
side by side, the second one begins once enough wait for it: so the process has work while the disk has some.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from core.errors import Unavailable
from core.i18n import N_

T = TypeVar("T")
R = TypeVar("R")
FULL = N_("Very many people are answering at this moment. Try again in a minute.")
ABREAST = 2
ENOUGH = 24
"""Fewer than so many wait for the batch that is under way: one of their own would cost more than it saves.

So do fewer than that batch has: two of one size take turns with the process and the disk.
"""

ENDED = N_("This server is being restarted. Try again in a minute.")


class Together(Generic[T, R]):
    """Does things in batches, one batch after the other or two side by side, on one event loop.

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
        apart: Callable[[T], Hashable] | None = None,
        enough: int = ENOUGH,
    ) -> None:
        """Begin with nothing to do; at most ``most`` are done together, at most ``most_waiting`` wait.

        ``apart``: two batches may go side by side, but never with things of one key, which this returns: those are done
        in the order in which they came. ``enough``: so many at least have to wait for the second one.
        """
        self._work, self._away, self._apart = work, away, apart
        self._most, self._most_waiting, self._enough = most, most_waiting, enough
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._runners: set[asyncio.Task[None]] = set()
        self._under_way: set[Hashable] = set()

    async def __call__(self, thing: T) -> R:
        """Do one thing together with whatever else comes, and return its result when it is done.

        Raises:
            Unavailable: when too many wait already; this one was not taken.
        """
        if len(self._waiting) >= self._most_waiting:
            raise Unavailable(FULL)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, future))
        if self._may_begin(len(self._runners)):
            # In a context of its own: what it logs belongs to no single request.
            self._runners.add(asyncio.create_task(self._run(), context=Context()))
        return await future

    async def end(self) -> None:
        """Return when everything that was taken is done."""
        while self._runners:
            await asyncio.wait(self._runners)

    def _may_begin(self, others: int) -> bool:
        """Say whether what waits may be begun beside so many batches."""
        if not others:
            return True
        enough = max(self._enough, len(self._under_way))
        return self._apart is not None and others < ABREAST and len(self._waiting) >= enough

    async def _run(self) -> None:
        try:
            while self._may_begin(len(self._runners) - 1) and (taken := self._next()):
                keys = {self._apart(thing) for thing, _future in taken} if self._apart else set()
                self._under_way |= keys
                await self._do(taken)
                self._under_way -= keys
        finally:
            self._runners = {one for one in self._runners if one is not asyncio.current_task()}
            while self._waiting and not self._runners:  # only when the loop itself is ending
                _fail(self._waiting.popleft()[1], Unavailable(ENDED))

    def _next(self) -> list[tuple[T, "asyncio.Future[R]"]]:
        """Take what waits, but for what has to wait for the batch beside this one."""
        taken: list[tuple[T, asyncio.Future[R]]] = []
        passed: list[tuple[T, asyncio.Future[R]]] = []
        while self._waiting and len(taken) < self._most:
            one = self._waiting.popleft()
            (passed if self._apart and self._apart(one[0]) in self._under_way else taken).append(one)
        self._waiting.extendleft(reversed(passed))
        return taken

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
