"""Keeps one PostgreSQL server up as long as somebody uses it. Run as a script, with the standard library only.

Everybody who uses the server shares the lock ``users``. This process waits to own that lock, which the kernel grants
when the last user is gone, be it by ``stop()`` or by kill -9; then it stops the server and ends. It holds the lock
``keeper`` (inherited) for its whole life. If it is killed itself, the kernel sends the server its signal to stop.
"""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

PR_SET_PDEATHSIG = 1
FAST_STOP_S = 120


def main(plan: dict[str, Any]) -> int:
    """Start the server by the plan, wait for its end and return its exit code."""
    # A second fork, so that whoever started this has no child to wait for and its end disturbs nobody.
    if os.fork():
        return 0
    server = subprocess.Popen(
        plan["command"],
        cwd="/",
        stdin=subprocess.DEVNULL,
        umask=0o077,
        preexec_fn=dying_with_this_process(signal.SIGINT),  # noqa: PLW1509 - no thread has been started yet
        **plan["user"],
    )
    stop = stopper(server)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=stop_when_unused, args=(plan["users"], stop), daemon=True).start()
    return server.wait()


def dying_with_this_process(last_signal: int) -> Callable[[], None] | None:
    """Return what a child does before it becomes its program: ask the kernel for a signal at its parent's death.

    None where the system has no such thing. The parent must start the child from its main thread.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, last_signal)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def stopper(server: "subprocess.Popen[bytes]") -> Callable[..., None]:
    """Return a function that stops the server fast, and at once if that takes too long."""

    def stop(*_signal: object) -> None:
        server.send_signal(signal.SIGINT)
        at_once = threading.Timer(FAST_STOP_S, server.send_signal, (signal.SIGQUIT,))
        at_once.daemon = True
        at_once.start()

    return stop


def stop_when_unused(users: str, stop: Callable[[], None]) -> None:
    """Wait for the last user's end, then stop the server; the lock stays ours, so nobody joins meanwhile."""
    lock = os.open(users, os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    stop()


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
