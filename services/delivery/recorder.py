"""Recording what became of messages while the next ones are on their way (送信結果の記録).

Results are written after so many or so long: that bounds what a killed worker sends twice. One thread writes, so that
the connections to the provider are never left waiting for the database.
"""

import threading
import time
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

        self._lease = lease
        self._contacts = contacts
        self._accepted = accepted
        self._again = again
        self._rows = max(FLUSH_ROWS, together)
        self._window: list[Outcome] = []
        self._opened = 0.0
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
        with self._changed:
            while len(self._window) >= self._rows and self._failed is None:
                self._changed.wait()
            if self._failed is not None:
                raise self._failed
            self._window.append(outcome)
            if len(self._window) == 1:
                self._opened = time.monotonic()
                self._changed.notify_all()
            elif len(self._window) == self._rows:
                self._changed.notify_all()

    def _work(self) -> None:
        try:
            while window := self._next():
                self._flush(window)
        except BaseException as error:  # noqa: BLE001 - raised where the sending sees it
            with self._changed:
                self._failed = error
                self._changed.notify_all()

    def _next(self) -> list[Outcome]:
        with self._changed:
            while not self._is_due():
                left = self._opened + FLUSH_SECONDS - time.monotonic()
                self._changed.wait(max(left, 0.001) if self._window else None)
            window, self._window = self._window, []
            self._changed.notify_all()
            return window

    def _is_due(self) -> bool:
        full = len(self._window) >= self._rows or self._over
        return full or bool(self._window and time.monotonic() - self._opened >= FLUSH_SECONDS)

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
