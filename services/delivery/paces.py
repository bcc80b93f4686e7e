"""How fast a provider is handed messages (送信速度の上限): counted in recipients, for all workers together.

The database keeps until when a pace is taken up; who wants to send takes some more of it in one statement, and waits
until its turn has come. What is not urgent takes from a smaller share as well, so that some is always free for safety.
"""

import time

from core.database import connected
from core.transaction import Alone

SHARE = 0.8
"""So much of a pace may be taken by what is not urgent."""

AT_ONCE_SECONDS = 0.25
"""So much of a pace is taken at a time."""

TAKE = """
    INSERT INTO provider_pace AS pace (account, taken_until)
    SELECT account, now() + make_interval(secs => seconds)
    FROM unnest(%(accounts)s::text[], %(seconds)s::float8[]) AS more (account, seconds) ORDER BY account
    ON CONFLICT (account) DO UPDATE
    SET taken_until = greatest(pace.taken_until, now()) + (excluded.taken_until - now())
    RETURNING extract(epoch FROM taken_until - now())::float8 AS seconds, account
"""


class Pace:
    """The pace of one provider's account: at most ``per_second`` messages a second."""

    def __init__(self, account: str, per_second: float, *, urgent: bool) -> None:
        """Take whose pace it is; what is not ``urgent`` leaves a share of it free."""
        self._rates = {account: per_second} if urgent else {account: per_second, f"{account} rest": per_second * SHARE}
        self._size = max(int(per_second * AT_ONCE_SECONDS), 1)
        self._left = 0

    def wait(self) -> None:
        """Wait until one more message may be handed over."""
        if self._left == 0:
            time.sleep(self._take())
            self._left = self._size
        self._left -= 1

    def _take(self) -> float:
        """Take the next share of the pace; return in how many seconds it begins."""
        more = {account: self._size / rate for account, rate in self._rates.items()}
        with connected() as line:
            taken = Alone(line).plain(TAKE, {"accounts": list(more), "seconds": list(more.values())})
        begins: list[float] = [row.seconds - more[row.account] for row in taken]
        return max(0.0, *begins)
