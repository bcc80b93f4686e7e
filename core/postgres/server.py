"""The embedded PostgreSQL as the rest of the product sees it: started, shared, stopped."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from core.errors import Unavailable
from core.i18n import N_, _
from core.postgres import keeper, roles
from core.postgres.launch import OLD_SERVER_S, PAUSE_S, launch
from core.postgres.locks import FileLock, is_held, opened
from core.postgres.place import SHELTER, Place, settle

RECOVERY_S = 600
STOP_S = keeper.FAST_STOP_S + 30
SAY_AFTER_S = 5
# What a server says that was started before the processes of a killed one had all ended.
OLD_SERVER_SIGNS = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')


# Also when standard output is a file or a pipe.
say_at_once = partial(print, flush=True)


class EmbeddedPostgres:
    """The PostgreSQL of this installation, with its data in ``folder``; a context manager, or ``start()``, ``stop()``.

    Every process that starts it shares it: the first one runs it, and it ends when the last one stops it or dies.
    ``start()`` once more after the server itself was killed recovers it.

    ``for_tests`` turns fsync off. Started by root, the server runs as an OS user of its own; where that one cannot
    enter ``folder``, everything lies in ``shelter``. ``say`` gets the sentences for the person at the terminal.
    """

    def __init__(
        self,
        folder: Path,
        *,
        for_tests: bool = False,
        shelter: Path = SHELTER,
        say: Callable[[str], None] = say_at_once,
    ) -> None:
        """Keep the settings; nothing is started yet."""
        self._folder = folder
        self._for_tests = for_tests
        self._shelter = shelter
        self._say = say
        self._place: Place | None = None
        self._passwords: dict[str, str] = {}
        self._use: FileLock | None = None

    def start(self) -> Self:
        """Start the server, or join the one that runs. When this returns, a connection has been made.

        Raises Unavailable, with a sentence that says what to do: no PostgreSQL on this machine, data of another
        version or another OS user, no answer after ten minutes of recovery, or PostgreSQL's own last words.
        """
        place = self._place = self._place or settle(self._folder, self._shelter, self._say)
        with self._one_at_a_time(place):
            self._join(place)
            try:
                begin = None if is_held(place.lock("keeper")) else self._launch(place)
                self._passwords = roles.read_passwords(place.passwords)
                with self._wait_for_answer(place, begin) as connection:
                    roles.prepare(connection, self._passwords)
            except BaseException:
                self._leave()
                raise
        return self

    def stop(self) -> None:
        """Stop using the server. If nobody else uses it, it ends, and this returns when it has ended."""
        if self._use is None or self._place is None:
            return
        with self._one_at_a_time(self._place):
            was_last = self._use.try_own()
            self._leave()
            if was_last:
                self._wait_for_end(self._place)

    def is_running(self) -> bool:
        """Say whether the server's process is there; cheap enough to ask every second."""
        return self._place is not None and is_held(self._place.lock("keeper"))

    @property
    def app_url(self) -> str:
        """The address for the application's role, ``renraku_app``."""
        return self.url(roles.APP)

    @property
    def owner_url(self) -> str:
        """The address for the role that migrates, ``renraku_owner``."""
        return self.url(roles.OWNER)

    @property
    def superuser_url(self) -> str:
        """The address for the superuser: for tests and repairs."""
        return self.url(roles.ADMIN)

    def url(self, role: str, database: str = roles.DATABASE) -> str:
        """Return SQLAlchemy's address of any database of this server for one of its three roles."""
        return roles.url(role, self._passwords[role], self._settled.run, database)

    @property
    def home(self) -> Path:
        """The folder where everything of this database lies."""
        return self._settled.home

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop."""
        self.stop()

    @property
    def _settled(self) -> Place:
        if self._place is None:
            raise RuntimeError("start() comes first")
        return self._place

    @contextmanager
    def _one_at_a_time(self, place: Place) -> Iterator[None]:
        with opened(place.lock("starting")) as lock:
            if not lock.own(RECOVERY_S + STOP_S):
                raise Unavailable(
                    N_("Another process has been starting the database in {folder} for too long. End it first."),
                    folder=place.home,
                )
            yield

    def _join(self, place: Place) -> None:
        if self._use is None:
            self._use = FileLock(place.lock("users"))
        # Nobody can join while the keeper stops the server behind its last user.
        if not self._use.share(STOP_S):
            self._leave()
            raise _does_not_stop(place)

    def _leave(self) -> None:
        if self._use is not None:
            self._use.close()
            self._use = None

    def _launch(self, place: Place) -> int:
        return launch(place, self._shelter, for_tests=self._for_tests)

    def _wait_for_answer(self, place: Place, begin: int | None) -> psycopg.Connection[tuple[object, ...]]:
        started = time.monotonic()
        told = False
        while (connection := self._try_to_connect(place)) is None:
            waited = time.monotonic() - started
            if waited > RECOVERY_S:
                raise Unavailable(
                    N_("PostgreSQL did not answer within {minutes} minutes. What it said is in {log}."),
                    minutes=RECOVERY_S // 60,
                    log=place.log,
                )
            if not is_held(place.lock("keeper")):
                begin = self._launch_again_or_explain(place, begin or 0, waited)
            if waited > SAY_AFTER_S and not told:
                self._say(_("PostgreSQL is recovering after an interruption; this can take some minutes."))
                told = True
            time.sleep(PAUSE_S)
        return connection

    def _try_to_connect(self, place: Place) -> psycopg.Connection[tuple[object, ...]] | None:
        try:
            return psycopg.connect(
                host=str(place.run),
                user=roles.ADMIN,
                password=self._passwords[roles.ADMIN],
                dbname="postgres",
                connect_timeout=10,
                autocommit=True,
            )
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Unavailable(
                    N_("The passwords in {file} do not fit the database beside it. Put the right file back."),
                    file=place.passwords,
                ) from error
            return None

    def _launch_again_or_explain(self, place: Place, begin: int, waited: float) -> int:
        words = place.log.read_bytes()[begin:].decode(errors="replace").strip()
        if waited < OLD_SERVER_S and any(sign in words for sign in OLD_SERVER_SIGNS):
            return self._launch(place)
        raise Unavailable(
            N_("PostgreSQL did not start. Its last words (all are in {log}):\n{words}"),
            log=place.log,
            words="\n".join(words.splitlines()[-5:]),
        )

    def _wait_for_end(self, place: Place) -> None:
        with opened(place.lock("keeper")) as lock:
            if not lock.share(STOP_S):
                raise _does_not_stop(place)


def _does_not_stop(place: Place) -> Unavailable:
    return Unavailable(
        N_("The database in {folder} does not stop. Look at {log}, end it and start again."),
        folder=place.home,
        log=place.log,
    )
