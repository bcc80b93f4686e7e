"""Real processes for tests: started in the project's folder, ended by their id, never waited for without a limit."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from core.settings import ROOT


@contextmanager
def python(*arguments: str, log: IO[str] | None = None, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python with our environment and ``environment``; killed at the end if it still runs.

    Its log goes to ``log``, else to where ours goes.
    """
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment}, stderr=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(10)


def until(holds: Callable[[], object], within: float = 20.0) -> None:
    """Look again and again until it holds; fail when it does not within so many seconds."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, f"did not happen within {within} s"
        time.sleep(0.02)
