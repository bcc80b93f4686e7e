"""Keeps the processes of one machine up for ``make run``: console and worker, and the database below them.

A process that ends is started again after a pause that grows while it keeps ending. Ctrl-C, SIGTERM or a closed
terminal stops them in the order in which they were given; if this process is killed, they end too.
"""

import errno
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from core.errors import Unavailable
from core.i18n import N_, _
from core.postgres.keeper import dying_with_this_process
from core.postgres.server import say_at_once

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
LOOK_EVERY_S = 0.2
STOP_WITHIN_S = 20.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

log = structlog.get_logger("supervisor")


class Database(Protocol):
    """What is looked after below the processes: the embedded PostgreSQL."""

    def is_running(self) -> bool:
        """Say whether it is there."""
        ...

    def start(self) -> object:
        """Start it again. Raises Unavailable when that does not work."""
        ...


def refuse_busy_port(host: str, port: int) -> None:
    """Raise Unavailable, naming the setting to change, if the console could not listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _cannot_listen(error, host, port) from error


def _cannot_listen(error: OSError, host: str, port: int) -> Unavailable:
    if error.errno == errno.EADDRINUSE:
        return Unavailable(
            N_(
                "Port {port} is in use, perhaps by a Renraku that runs already. Stop that program, "
                "or choose another port: RENRAKU_PORT={other} make run"
            ),
            port=port,
            other=port + 1,
        )
    if error.errno == errno.EACCES:
        return Unavailable(
            N_("Port {port} is for root only. Choose one above 1023: RENRAKU_PORT=8501 make run"), port=port
        )
    return Unavailable(
        N_("“{host}” is no address of this machine ({reason}). Choose another one: RENRAKU_HOST=127.0.0.1 make run"),
        host=host,
        reason=error.strerror,
    )


def run(
    commands: Mapping[str, Sequence[str]],
    *,
    folder: Path,
    address: str,
    listening: tuple[str, int] | None = None,
    database: Database | None = None,
    first_pause_s: float = FIRST_PAUSE_S,
    say: Callable[[str], None] = say_at_once,
) -> None:
    """Start a process for each command, by name, in ``folder``, and keep them up until a signal says stop.

    ``address`` is said once: when ``listening`` (host, port) accepts a connection, or at once without it.
    ``database`` is started again when it has ended. Must be called from the main thread.
    """
    pauses = GrowingPause(first_pause_s)
    children = [Child(name, command, folder, GrowingPause(first_pause_s)) for name, command in commands.items()]
    told = False
    stop = Stop()
    with _on_stop_signals(stop.ask):
        try:
            while not stop.asked:
                if database is not None:
                    _look_after(database, pauses, stop)
                for child in children:
                    child.look_after()
                if not told and (listening is None or _accepts(listening)):
                    say(_("Renraku is ready: {address}", address=address))
                    told = True
                time.sleep(LOOK_EVERY_S)
        finally:
            stop.begin()
            for child in children:
                child.stop(stop)


@dataclass
class Stop:
    """How often somebody asked to stop. A number: an Event's lock, taken by a signal's handler, may never be free."""

    times: int = 0

    def ask(self) -> None:
        """Answer a signal."""
        self.times += 1

    def begin(self) -> None:
        """Take all that was asked so far for one: a terminal and make may each have sent a signal."""
        self.times = 1

    @property
    def asked(self) -> bool:
        """Say whether everything should end."""
        return self.times > 0

    @property
    def at_once(self) -> bool:
        """Say whether somebody asked once more, so that nothing should be waited for."""
        return self.times > 1


@contextmanager
def _on_stop_signals(answer: Callable[[], None]) -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    for number, handler in before.items():
        # nohup has said that a closed terminal does not matter.
        if (number, handler) != (signal.SIGHUP, signal.SIG_IGN):
            signal.signal(number, lambda *_signal: answer())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _accepts(listening: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(listening, timeout=1):
            return True
    except OSError:
        return False


@dataclass
class GrowingPause:
    """How long to wait before starting something again: twice as long each time, until it stayed up for a while."""

    first_s: float
    next_s: float = field(init=False)
    started: float = field(init=False, default=0.0)
    until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.next_s = self.first_s

    def is_over(self) -> bool:
        """Say whether it may be started (again)."""
        return time.monotonic() >= self.until

    def note_start(self) -> None:
        """Remember that it was started."""
        self.started = time.monotonic()

    def note_end(self) -> float:
        """Remember that it ended; returns the pause in seconds."""
        now = time.monotonic()
        if now - self.started > LONGEST_PAUSE_S:
            self.next_s = self.first_s
        pause, self.next_s = self.next_s, min(self.next_s * 2, LONGEST_PAUSE_S)
        self.until = now + pause
        return pause


@dataclass
class Child:
    """One process that is kept up."""

    name: str
    command: Sequence[str]
    folder: Path
    pause: GrowingPause
    process: "subprocess.Popen[bytes] | None" = None

    def look_after(self) -> None:
        """Start it, notice its end, start it again: whatever is due."""
        if self.process is not None and (code := self.process.poll()) is not None:
            self.process = None
            log.warning("ended", process=self.name, exit_code=code, again_in_s=self.pause.note_end())
        if self.process is None and self.pause.is_over():
            self.pause.note_start()
            self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl-C is for the supervisor, which stops everything in order.
        return subprocess.Popen(
            self.command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dying_with_this_process(signal.SIGTERM),  # noqa: PLW1509 - there are no threads here
        )

    def stop(self, stop: Stop) -> None:
        """Ask it to end and wait; end it by force after a while, or as soon as somebody asks once more."""
        if self.process is None:
            return
        self.process.terminate()
        deadline = time.monotonic() + STOP_WITHIN_S
        while self.process.poll() is None and time.monotonic() < deadline and not stop.at_once:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(LOOK_EVERY_S)
        if self.process.poll() is None:
            log.warning("killed", process=self.name)
            self.process.kill()
        self.process.wait()


def _look_after(database: Database, pause: GrowingPause, stop: Stop) -> None:
    if database.is_running() or not pause.is_over():
        return
    log.warning("ended", process="database", again_in_s=pause.note_end())
    pause.note_start()
    try:
        # Recovery may take minutes: a signal ends the waiting.
        with _on_stop_signals(_interrupt):
            database.start()
    except Unavailable as error:
        log.error("does not start", process="database", reason=str(error))  # noqa: TRY400 - the sentence says it all
    except KeyboardInterrupt:
        stop.ask()


def _interrupt() -> None:
    raise KeyboardInterrupt
