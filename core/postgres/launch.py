"""Putting one server process up: its programs, its data, its keeper."""

import json
import subprocess
import sys
import time
from pathlib import Path

from core.errors import Unavailable
from core.i18n import N_
from core.postgres import binaries, cluster, keeper, roles
from core.postgres.binaries import Binaries
from core.postgres.locks import FileLock, opened
from core.postgres.place import Place, can_enter

OLD_SERVER_S = 60
LARGEST_LOG = 5 * 1024 * 1024
PAUSE_S = 0.05


def launch(place: Place, shelter: Path, *, for_tests: bool) -> int:
    """Start the server of a place that has none running, with new data if there is none.

    Returns where in the log its own words begin. Raises Unavailable when there are no programs for this data, when
    its passwords are gone, or when a server that is not ours works on it.
    """
    programs = _programs_for(place, shelter)
    place.make_private(place.run)
    if not place.data.exists():
        if not place.passwords.exists():
            roles.generate_passwords(place.passwords)
        password = roles.read_passwords(place.passwords)[roles.ADMIN]
        cluster.make(programs, place, password, for_tests=for_tests)
    elif not place.passwords.exists():
        raise Unavailable(
            N_("The passwords of the database are gone: put {file} back from your backup and start again."),
            file=place.passwords,
        )
    _wait_for_end_of_old_server(place)
    cluster.forget_stale_postmaster(place)
    begin = _make_room_in_log(place.log)
    _start_keeper(place, cluster.server_command(programs, place, for_tests=for_tests))
    return begin


def _programs_for(place: Place, shelter: Path) -> Binaries:
    user = place.user
    if user is None:
        return binaries.choose(binaries.find_all(), place.data)
    usable = [found for found in binaries.find_all() if found.from_wheel or can_enter(found.bin, user)]
    chosen = binaries.choose(usable, place.data)
    return chosen if can_enter(chosen.bin, user) else binaries.copy_to(chosen, shelter)


def _wait_for_end_of_old_server(place: Place) -> None:
    # Its keeper is gone, so it has been told to stop, unless somebody started it by hand.
    deadline = time.monotonic() + OLD_SERVER_S
    while (process := cluster.running_postmaster(place)) is not None:
        if time.monotonic() > deadline:
            raise Unavailable(
                N_("Another PostgreSQL (process {process}) works in {folder}. Stop it and start again."),
                process=process,
                folder=place.data,
            )
        time.sleep(PAUSE_S)


def _make_room_in_log(log: Path) -> int:
    if not log.exists():
        return 0
    size = log.stat().st_size
    if size > LARGEST_LOG:
        log.rename(log.with_suffix(".log.1"))
        return 0
    return size


def _start_keeper(place: Place, command: list[str]) -> None:
    plan = {"command": command, "user": cluster.run_as(place), "users": str(place.lock("users"))}
    with opened(place.lock("keeper")) as lock, place.log.open("ab") as log:
        _own_for_keeper(lock, place)
        # Its own session: Ctrl-C in the terminal is for us, the keeper ends after its last user.
        subprocess.run(
            [sys.executable, "-I", "-S", keeper.__file__, json.dumps(plan)],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock.fd,),
            start_new_session=True,
        )


def _own_for_keeper(lock: FileLock, place: Place) -> None:
    if not lock.own(OLD_SERVER_S):
        raise Unavailable(
            N_("The database in {folder} does not stop. Look at {log}, end it and start again."),
            folder=place.home,
            log=place.log,
        )
