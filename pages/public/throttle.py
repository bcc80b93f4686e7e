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
        while tries and tries[0] <= now - self.period:
            tries.popleft()
        if len(self.seen) > MOST_KEYS:
            self.seen.popitem(last=False)
        if len(tries) >= self.times:
            return False
        tries.append(now)
        return True
