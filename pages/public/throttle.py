"""How often the same key may do something, in this process: a brake against floods, not a lock."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from core import clock

MOST_KEYS = 10_000


class Throttle:
    """Allows ``times`` within ``period`` for each key; the keys that were quiet longest are forgotten first."""

    def __init__(self, times: int, period: timedelta) -> None:
        """Begin with nobody known."""
        self.times = times
        self.period = period
        self.seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Count one more try of this key and say whether it may go on."""
        now = clock.now()
        tries = self.seen.setdefault(key, deque())
        self.seen.move_to_end(key)
        self._forget(tries, now)
        if len(self.seen) > MOST_KEYS:
            self.seen.popitem(last=False)
        if len(tries) >= self.times:
            return False
        tries.append(now)
        return True

    def is_full(self, key: str) -> bool:
        """Say whether one more try of this key would be refused, without counting it."""
        tries = self.seen.get(key)
        if tries is None:
            return False
        self._forget(tries, clock.now())
        return len(tries) >= self.times

    def _forget(self, tries: deque[datetime], now: datetime) -> None:
        while tries and tries[0] <= now - self.period:
            tries.popleft()
