"""Several messages at once for carriers that take one a call, no faster than they like."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from services.delivery.providers.base import Outcome, ProviderDown

T = TypeVar("T")


def several(batch: Iterable[T], carry: Callable[[T], Outcome], *, at_once: int, per_second: float) -> Iterator[Outcome]:
    """Yield what became of each message, as soon as it is known.

    Raises:
        ProviderDown: when the carrier takes nothing; what was handed over at the same time is yielded before.
    """
    left, down = iter(batch), None
    turn = _Turns(1 / per_second)
    with ThreadPoolExecutor(at_once, thread_name_prefix="carrier") as pool:
        open_ones: set[Future[Outcome]] = set()
        while True:
            while down is None and len(open_ones) < at_once:
                try:
                    message = next(left)
                except StopIteration:
                    break
                turn.wait()
                open_ones.add(pool.submit(carry, message))
            if not open_ones:
                break
            done, open_ones = wait(open_ones, return_when=FIRST_COMPLETED)
            for one in done:
                try:
                    yield one.result()
                except ProviderDown as error:
                    down = error
    if down is not None:
        raise down


class _Turns:
    """Lets one go after the other, so many seconds apart."""

    def __init__(self, apart: float) -> None:
        self._apart = apart
        self._next = 0.0

    def wait(self) -> None:
        now = time.monotonic()
        time.sleep(max(0.0, self._next - now))
        self._next = max(now, self._next) + self._apart
