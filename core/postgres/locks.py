"""Locks between processes that the kernel releases when their holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE_S = 0.02


class FileLock:
    """One holder's side of a lock file (``flock``): shared by many, or exclusive to one.

    Child processes do not inherit it unless its ``fd`` is passed to them; then they hold it too.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, which is made if it is missing; nothing is locked yet."""
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_share(self) -> bool:
        """Hold it together with others, unless somebody has it alone."""
        return self._try(fcntl.LOCK_SH)

    def try_own(self) -> bool:
        """Hold it alone, unless anybody else has it; what was held before is given up either way."""
        return self._try(fcntl.LOCK_EX)

    def share(self, timeout_s: float) -> bool:
        """Wait until it can be shared; False when that took longer than ``timeout_s`` seconds."""
        return self._wait(fcntl.LOCK_SH, timeout_s)

    def own(self, timeout_s: float) -> bool:
        """Wait until it can be held alone; False when that took longer than ``timeout_s`` seconds."""
        return self._wait(fcntl.LOCK_EX, timeout_s)

    def close(self) -> None:
        """Let go of it."""
        os.close(self.fd)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait(self, kind: int, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        while not self._try(kind):
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE_S)
        return True


@contextmanager
def opened(path: Path) -> Iterator[FileLock]:
    """Open a lock file for a while and let go of it afterwards."""
    lock = FileLock(path)
    try:
        yield lock
    finally:
        lock.close()


def is_held(path: Path) -> bool:
    """Say whether somebody holds the lock alone at this moment."""
    with opened(path) as lock:
        return not lock.try_share()
