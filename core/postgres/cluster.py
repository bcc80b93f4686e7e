"""The data folder of an embedded database: how it is made, and the settings it runs with."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from core.errors import Unavailable
from core.i18n import N_
from core.postgres.binaries import Binaries
from core.postgres.place import Place
from core.postgres.roles import ADMIN

BUILTIN_LOCALES_SINCE = 17
MIB = 2**20
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""What a container may use (cgroups 2 and 1)."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "cluster_name": "renraku",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Failing statements carry people's data, and their callers report them: the log keeps the server's own events.
    "log_min_messages": "log",
    "log_checkpoints": "off",
    # For a machine of two cores that does other things as well.
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # One server without a standby writes less.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",
    "max_wal_size": "2GB",
}
# What a test writes need not survive the machine.
SETTINGS_FOR_TESTS = {
    "shared_buffers": "256MB",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


def server_command(binaries: Binaries, place: Place, *, for_tests: bool) -> list[str]:
    """Return the command that runs the server in the foreground."""
    of_machine = {"shared_buffers": f"{buffers(memory()) // MIB}MB", "unix_socket_directories": str(place.run)}
    settings = SETTINGS | of_machine | (SETTINGS_FOR_TESTS if for_tests else {})
    options = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    return [binaries.program("postgres"), "-D", str(place.data), *options]


def buffers(machine: int) -> int:
    """Return in how many bytes the server keeps pages, of so many that the machine has: a sixteenth, within limits.

    A broadcast to 600,000 read 92,000 pages again and wrote 33,000 out of turn with 256 MiB; 12,000 and 8 with 1 GiB.
    """
    return min(max(machine // 16, 128 * MIB), 1024 * MIB)


def memory() -> int:
    """Return how many bytes of memory this machine has, or this container may use."""
    limits = [int(text) for path in LIMITS if path.is_file() and (text := path.read_text().strip()).isdigit()]
    return min([os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), *limits])


def run_as(place: Place) -> dict[str, Any]:
    """Return the arguments of ``subprocess`` that run a program as the server's OS user."""
    if place.user is None:
        return {}
    return {"user": place.user.uid, "group": place.user.gid, "extra_groups": []}


def make(binaries: Binaries, place: Place, password: str, *, for_tests: bool) -> None:
    """Make the data folder, whole or not at all: UTF-8, the same order of text on every machine, passwords only.

    Raises Unavailable with PostgreSQL's own words.
    """
    half = place.home / "data.half"
    shutil.rmtree(half, ignore_errors=True)
    place.make_private(half)
    password_file = place.run / "password"
    _write_for_server(place, password_file, password)
    builtin = ["--locale-provider=builtin"] if binaries.major >= BUILTIN_LOCALES_SINCE else []
    command = [
        binaries.program("initdb"),
        f"--pgdata={half}",
        f"--username={ADMIN}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
        *builtin,
        *(["--no-sync"] if for_tests else []),
    ]
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **run_as(place))
    finally:
        password_file.unlink()
    if done.returncode != 0:
        shutil.rmtree(half, ignore_errors=True)
        raise Unavailable(
            N_("PostgreSQL could not make its data in {folder}: {words}"), folder=place.data, words=done.stderr.strip()
        )
    half.rename(place.data)


def _write_for_server(place: Place, path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
    if place.user is not None:
        os.chown(path, place.user.uid, place.user.gid)


def running_postmaster(place: Place) -> int | None:
    """Return the process that ``postmaster.pid`` names if it is alive and works in our data folder.

    A zombie, or another program that got the same number meanwhile, is none. Where the system has no ``/proc`` this
    is left to PostgreSQL's own check.
    """
    try:
        process = int((place.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        works_in = Path(f"/proc/{process}/cwd").readlink()
    except (OSError, ValueError, IndexError):
        return None
    return process if works_in == place.data.resolve() else None


def forget_stale_postmaster(place: Place) -> None:
    """Remove a ``postmaster.pid`` that names no server of this folder; PostgreSQL believes a reused process number."""
    if Path("/proc/self/cwd").exists():
        (place.data / "postmaster.pid").unlink(missing_ok=True)
