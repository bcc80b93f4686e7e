"""Programs of a bench that listen on a port: started in a process of their own, gone at the end."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.settings import ROOT

START_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """A program that answers."""

    port: int
    pid: int

    @property
    def memory_mib(self) -> float:
        """Return what it holds in memory at this moment."""
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, check=True, text=True)
        return int(told.stdout) / 1024


def uvicorn(target: str, port: int) -> list[str]:
    """Return the command that serves an ASGI app as ``manage.py run`` does."""
    return ["-m", "uvicorn", target, "--port", str(port), "--no-access-log", "--log-level", "warning"]


@contextmanager
def serving(command: Sequence[str], port: int, *, folder: Path = ROOT, **environment: str) -> Iterator[Served]:
    """Run Python with ``command`` until the end of the block, from when on it answers on its port."""
    known = {**os.environ, "RENRAKU_LOG_LEVEL": "WARNING", "RENRAKU_PORT": str(port), **environment}
    process = subprocess.Popen([sys.executable, *command], cwd=folder, env=known)
    try:
        until = time.monotonic() + START_SECONDS
        while not answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{' '.join(command)} did not start")
            time.sleep(0.1)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(port: int) -> bool:
    """Say whether anything answers there yet."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
