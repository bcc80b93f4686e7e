"""Recording what became of messages while the next ones are on their way (送信結果の記録).

Results are written after so many or so long: that bounds what a killed worker sends twice. One thread writes, so that
the connections to the provider are never left waiting for the database.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from sqlalchemy.exc import DBAPIError

from core.database import connected, transaction
from core.transaction import Alone
from services.delivery.acting import SENDER
from services.delivery.contacts import mark_dead
from services.delivery.leases import Lease
from services.delivery.providers import Outcome
from services.delivery.results import record

FLUSH_ROWS = 200
FLUSH_SECONDS = 0.05
WAIT_SECONDS = 60
"""A record is worth waiting for: what was sent and not recorded is sent twice."""


class Recorder:
    """Records the outcomes of one chunk; at the end of its ``with`` all of them are written."""

    def __init__(
        self,
        lease: Lease,
        contacts: Mapping[int, int | None],
        accepted: Callable[[], None],
        *,
        again: bool,
        together: int = 0,
    ) -> None:
        """Take the lease, the contact point of each delivery, and whom to tell that the provider takes messages.

        ``together``: so many are written at once, if they come at once.
        """
        self.goes_on = True
        """False: the lease is lost, or the mailing was stopped or closed."""

        self.left = False
        """True: something was not accepted, and may have to be sent once more."""

        self._lease = lease
        self._contacts = contacts
        self._accepted = accepted
        self._again = again
        self._rows = max(FLUSH_ROWS, together)
        self._came: deque[Outcome] = deque()
        self._over = False
        self._failed: BaseException | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join()
        if self._failed is not None and error is None:
            raise self._failed

    def add(self, outcome: Outcome) -> None:
        """Take an outcome; waits while a whole window is being written and another one is full.

        Raises:
            DBAPIError: when what came before could not be written.
        """
        if len(self._came) >= self._rows:
            self._wait_for_room()
        if self._failed is not None:
            raise self._failed
        self._came.append(outcome)  # without the lock: once a mail it would cost as much as its signature
        if len(self._came) == self._rows:
            with self._changed:
                self._changed.notify_all()

    def _wait_for_room(self) -> None:
        with self._changed:
            while len(self._came) >= self._rows and self._failed is None:
                self._changed.wait()

    def _work(self) -> None:
        try:
            while window := self._next():
                self._flush(window)
        except BaseException as error:  # noqa: BLE001 - raised where the sending sees it
            with self._changed:
                self._failed = error
                self._changed.notify_all()

    def _next(self) -> list[Outcome]:
        """Return a window as soon as it is full, or what came within the time of one; nothing: it is over."""
        with self._changed:
            while not self._came and not self._over:
                self._changed.wait(FLUSH_SECONDS / 2)
            if len(self._came) < self._rows and not self._over:
                self._changed.wait(FLUSH_SECONDS / 2)  # what comes at once stays together
            window = [self._came.popleft() for _ in range(min(len(self._came), self._rows))]
            self._changed.notify_all()
            return window

    def _flush(self, window: list[Outcome]) -> None:
        if any(one.accepted for one in window):
            self._accepted()
        try:
            with connected() as line:
                goes_on = record(Alone(line), self._lease, window, again=self._again)
        except DBAPIError:
            with transaction(SENDER, statement_seconds=WAIT_SECONDS) as tx:
                goes_on = record(tx, self._lease, window, again=self._again)
        if any(one.dead for one in window):
            with transaction(SENDER) as tx:
                mark_dead(tx, window, self._contacts)
        self.goes_on = self.goes_on and goes_on
        self.left = self.left or not all(one.accepted for one in window)
