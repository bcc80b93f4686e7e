"""A whole database in one file, and back again: PostgreSQL's own programs do the work.

The file is SQL, packed by gzip: whether it is whole can be told, and any PostgreSQL reads it without us. It holds what
people typed, never the key of this installation (``secret.key`` or ``RENRAKU_SECRET_KEY``): kept together, both would
be worth as much as the passwords that the key protects.
"""

import gzip
import os
import shutil
import subprocess
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict

from core.database import libpq_url
from core.errors import Invalid, Refused, Unavailable
from core.i18n import N_
from core.postgres.binaries import Binaries, find_all

SCHEMAS = ("public", "procrastinate")
HALF = ".half"
BROKEN_OFF = N_("{file} is there: a backup is running, or broke off. If none is running, remove this file.")
PACKING = 6
PART = 1024 * 1024
COMPLETE = b"-- PostgreSQL database dump complete"
"""What pg_dump writes last."""

# PostgreSQL's own processes are nobody's: autovacuum makes way.
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
"""
GONE_WITHIN_SECONDS = 1.0
"""What was closed a moment ago may still stand in the list."""


def backup(owner_url: str, file: Path) -> None:
    """Write a snapshot of the database to ``file``, which may not exist yet; others may go on working meanwhile.

    Raises:
        Refused: when the file is there already, is being written, or cannot be.
        Unavailable: when no pg_dump fits the server, or it says what went wrong.
    """
    if file.exists():
        raise Refused(N_("{file} is there already. Name another file."), file=file)
    half = file.with_name(file.name + HALF)
    try:
        half.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise Refused(BROKEN_OFF, file=half) from error
    except OSError as error:
        raise Refused(N_("{file} cannot be written: {reason}."), file=file, reason=error.strerror) from error
    try:
        with gzip.open(half, "wb", PACKING) as into:
            _dump(owner_url, into)
        half.rename(file)
    finally:
        half.unlink(missing_ok=True)


def restore(owner_url: str, file: Path) -> None:
    """Replace everything in the database by what ``file`` holds, in one transaction; migrations come after it.

    Raises:
        Refused: when a console or a worker is connected.
        Invalid: when the file is no whole backup; the database is as it was.
        Unavailable: when no psql fits the server, or it says what went wrong; the database is as it was.
    """
    _require_nobody(owner_url)
    command = [_fitting(owner_url).program("psql"), "--no-psqlrc", "--quiet", "--single-transaction"]
    with (
        gzip.open(file) as script,
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [*command, "--set=ON_ERROR_STOP=1"], env=_environment(owner_url),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said,
        ) as psql,
    ):  # fmt: skip
        assert psql.stdin is not None
        try:
            psql.stdin.write("".join(f"DROP SCHEMA IF EXISTS {schema} CASCADE;\n" for schema in SCHEMAS).encode())
            _copy_whole(script, psql.stdin)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            psql.kill()  # it would commit what it has got at the end of its input
            with suppress(BrokenPipeError):  # else what is still to be written would hide the sentence
                psql.stdin.close()
            raise Invalid(N_("{file} is not a whole backup. Use another one."), file=file) from error
        except BrokenPipeError:
            pass  # psql has ended already, and says why
        with suppress(BrokenPipeError):
            psql.stdin.close()
        if psql.wait():
            raise _trouble(said)


def _copy_whole(script: gzip.GzipFile, into: IO[bytes]) -> None:
    end = b""
    while part := script.read(PART):
        into.write(part)
        end = (end + part)[-len(COMPLETE) * 10 :]
    if COMPLETE not in end:
        raise EOFError


def _dump(owner_url: str, into: gzip.GzipFile) -> None:
    schemas = [f"--schema={schema}" for schema in SCHEMAS]
    command = [_fitting(owner_url).program("pg_dump"), "--no-owner", "--no-privileges", *schemas]
    command.append("--enable-row-security")
    environment = _environment(owner_url)
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=said) as pg_dump,
    ):
        assert pg_dump.stdout is not None
        shutil.copyfileobj(pg_dump.stdout, into)
        if pg_dump.wait():
            raise _trouble(said)


def _trouble(said: IO[bytes]) -> Unavailable:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return Unavailable(N_("PostgreSQL could not do it: {said}"), said=lines[0] if lines else "?")


def _require_nobody(owner_url: str) -> None:
    until = time.monotonic() + GONE_WITHIN_SECONDS
    with psycopg.connect(libpq_url(owner_url), autocommit=True) as connection:
        while count := (connection.execute(OTHERS).fetchone() or (0,))[0]:
            if time.monotonic() > until:
                raise Refused(
                    N_("{count} connections to this database are open. Stop every console and worker, then restore."),
                    count=count,
                )
            time.sleep(GONE_WITHIN_SECONDS / 20)


def _fitting(owner_url: str) -> Binaries:
    with psycopg.connect(libpq_url(owner_url)) as connection:
        server = connection.info.server_version // 10_000
    for binaries in find_all():
        if binaries.major >= server and Path(binaries.program("pg_dump")).is_file():
            return binaries
    raise Unavailable(
        N_("No pg_dump for PostgreSQL {version} was found here. Install PostgreSQL’s client programs of that version."),
        version=server,
    )


def _environment(owner_url: str) -> dict[str, str]:
    # Not as arguments: everybody on the machine can read those.
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    given = conninfo_to_dict(libpq_url(owner_url))
    # An owner that is the application as well is held to row-level security: a backup has every row.
    whole = {"PGOPTIONS": "-c renraku.reach=all"}
    return {**os.environ, **whole, **{names[name]: str(value) for name, value in given.items() if name in names}}
