"""Where an embedded database lies, and which OS user runs it.

PostgreSQL refuses to run as root. Started by root it runs as an OS user of its own, which must be able to enter
every folder above its data; where it cannot (a project under ``/root``), the data lies in a shelter instead.
"""

import hashlib
import os
import pwd
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import Unavailable
from core.i18n import N_, _

SHELTER = Path("/var/lib/renraku")
USER = "renraku-pg"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107


@dataclass(frozen=True)
class OsUser:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """The folders and files of one embedded database; ``user`` is None where it runs as ourselves."""

    home: Path
    user: OsUser | None

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.home / "data"

    @property
    def passwords(self) -> Path:
        """The generated passwords of its roles, readable by who starts it only."""
        return self.home / "passwords.json"

    @property
    def log(self) -> Path:
        """What the server had to say."""
        return self.home / "server.log"

    @property
    def run(self) -> Path:
        """The folder of the socket; a short one elsewhere if the path of the socket would be too long."""
        run = self.home / "run"
        if len(os.fsencode(run / SOCKET)) <= LONGEST_SOCKET_PATH:
            return run
        return Path("/tmp") / f"renraku-{_short_hash(self.home)}"  # noqa: S108 - ownership is checked below

    def lock(self, name: str) -> Path:
        """Return one of its lock files."""
        return self.home / f"{name}.lock"

    def make_private(self, folder: Path) -> None:
        """Make a folder that only the server's user (and root) can enter.

        Raises Unavailable if somebody else was there first.
        """
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
            owner = os.geteuid() if self.user is None else self.user.uid
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
                raise Unavailable(
                    N_("{folder} belongs to somebody else. Remove it and start again."), folder=folder
                ) from None
        folder.chmod(0o700)
        if self.user is not None:
            os.chown(folder, self.user.uid, self.user.gid)


def settle(folder: Path, shelter: Path, say: Callable[[str], None]) -> Place:
    """Decide where the database of ``folder`` lies, and make that place. Data that is there already decides first.

    Raises Unavailable if it belongs to another OS user or cannot be reached.
    """
    folder = folder.resolve()
    elsewhere = shelter / _short_hash(folder)
    home = elsewhere if (elsewhere / "data").exists() else folder
    user = _server_user(home / "data")
    if user is not None and home == folder:
        home.mkdir(parents=True, exist_ok=True)
        if not can_enter(home.parent, user):
            if (home / "data").exists():
                raise Unavailable(
                    N_(
                        "The database in {folder} runs as the OS user “{user}”, who cannot enter the folders above it. "
                        "Let others pass through them (chmod o+x) and start again."
                    ),
                    folder=folder,
                    user=user.name,
                )
            home = elsewhere
    if home == elsewhere and user is not None:
        say(
            _(
                "The database lies in {home}: its OS user “{user}” cannot enter {folder}.",
                home=home,
                user=user.name,
                folder=folder,
            )
        )
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    return Place(home, user)


def can_enter(folder: Path, user: OsUser) -> bool:
    """Say whether an OS user may pass through a folder and all folders above it (by their modes)."""
    return all(_may_enter(step.stat(), user) for step in (folder, *folder.parents))


def _may_enter(found: os.stat_result, user: OsUser) -> bool:
    if found.st_uid == user.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == user.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _server_user(data: Path) -> OsUser | None:
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise Unavailable(
                N_("The database in {folder} belongs to the OS user “{user}”. Start as that user, or as root."),
                folder=data,
                user=_name_of(owner),
            )
        return None
    account = pwd.getpwuid(owner) if owner else _own_account()
    return OsUser(account.pw_name, account.pw_uid, account.pw_gid)


def _name_of(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)


def _own_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", USER]
    try:
        subprocess.run([*command, "--shell", "/usr/sbin/nologin"], check=False, capture_output=True, timeout=60)
        # Another process may have made it a moment earlier: what counts is that it is there.
        return pwd.getpwnam(USER)
    except (OSError, KeyError):
        raise Unavailable(
            N_(
                "PostgreSQL does not run as root, and the OS user “{user}” could not be made. "
                "Make it (useradd --system {user}), or start as another user, or set DATABASE_URL."
            ),
            user=USER,
        ) from None


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
