"""A backup that is restored is the same database, row by row; what goes wrong leaves everything as it was."""

import os
import secrets
import subprocess
import sys
import threading
from hashlib import sha256

import psycopg
import pytest

from core.actor import Actor
from core.database import engine, libpq_url, transaction
from core.errors import Invalid, Refused
from core.postgres import APP, OWNER
from core.postgres.backup import GONE_WITHIN_SECONDS, backup, restore
from core.settings import ROOT
from data.migrate import migrate
from data.models.setup import Organisation
from tests.conftest import clone, drop
from tests.factories import actor_of, make_cast
from tests.services.broadcasts import asks


@pytest.fixture
def filled(live):
    """A database with an organisation, people, a broadcast and a job; nobody is connected to it."""
    with transaction(Actor.system("test")) as tx:
        tx.add(Organisation(id=1, name="髙木通信", sample=False, created_at=tx.now))
        cast = make_cast(tx)
        asks.reachable(tx, cast.staff)
        actor = actor_of(tx, cast.administrator)
    with transaction(actor) as tx:
        asks.sent(tx)
    engine().dispose()
    return live


@pytest.fixture
def other(server):
    """The owner's address of another database, empty but migrated."""
    name = clone(server, f"backup_{secrets.token_hex(4)}")
    yield server.url(OWNER, name)
    drop(server, name)


def contents(url):
    """Return the hash of each table's rows, in one fixed order."""
    with psycopg.connect(libpq_url(url), options="-c renraku.reach=all") as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname IN ('public', 'procrastinate') ORDER BY 1"
        ).fetchall()
        return {table: hash_of_rows(connection, table) for (table,) in tables}


def hash_of_rows(connection, table):
    rows = connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall()
    return sha256("\n".join(row for (row,) in rows).encode()).hexdigest()


def rights(url):
    """Return what the application may do with each table."""
    with psycopg.connect(libpq_url(url)) as connection:
        return connection.execute(
            "SELECT table_schema, table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = %s ORDER BY 1, 2, 3",
            [APP],
        ).fetchall()


def test_a_restored_backup_is_the_same_database(filled, other, tmp_path):
    file = tmp_path / "organisation.backup"
    backup(filled.owner_url, file)
    assert (file.stat().st_mode & 0o777, list(tmp_path.iterdir())) == (0o600, [file])
    assert contents(other) != contents(filled.owner_url)
    restore(other, file)
    migrate(other, APP)
    assert contents(other) == contents(filled.owner_url)
    assert rights(other) == rights(filled.owner_url)


def test_a_backup_by_the_only_role_has_every_row(filled, tmp_path):
    before = contents(filled.owner_url)
    migrate(filled.owner_url, None)
    file = tmp_path / "organisation.backup"
    backup(filled.owner_url, file)
    restore(filled.owner_url, file)
    assert contents(filled.owner_url) == before
    with psycopg.connect(libpq_url(filled.owner_url)) as connection:
        assert connection.execute("SELECT FROM recipient").fetchall() == [], "the policy is there again, and forced"


def test_a_file_that_is_cut_off_or_none_of_ours_changes_nothing(filled, tmp_path):
    file, cut = tmp_path / "organisation.backup", tmp_path / "cut.backup"
    backup(filled.owner_url, file)
    before = contents(filled.owner_url)
    whole = file.read_bytes()
    for broken in (whole[:-4], whole[: len(whole) * 2 // 3], whole[:20], b"", (ROOT / "README.md").read_bytes()):
        cut.write_bytes(broken)
        with pytest.raises(Invalid):
            restore(filled.owner_url, cut)
        assert contents(filled.owner_url) == before


def test_nothing_is_restored_under_a_running_console_and_no_file_is_overwritten(filled, tmp_path):
    file = tmp_path / "organisation.backup"
    backup(filled.owner_url, file)
    with pytest.raises(Refused, match="already"):
        backup(filled.owner_url, file)
    with psycopg.connect(libpq_url(filled.url)), pytest.raises(Refused, match="1 connections"):
        restore(filled.owner_url, file)


def test_who_leaves_at_this_moment_is_waited_for(filled, tmp_path):
    file = tmp_path / "organisation.backup"
    backup(filled.owner_url, file)
    leaving = psycopg.connect(libpq_url(filled.url))
    threading.Timer(GONE_WITHIN_SECONDS / 4, leaving.close).start()
    restore(filled.owner_url, file)
    assert leaving.closed


@pytest.mark.long
def test_on_the_command_line_an_organisation_is_replaced_only_when_that_is_said(filled, tmp_path):
    def command(*words):
        environment = {"DATABASE_OWNER_URL": filled.owner_url, "PYTHONIOENCODING": "utf-8", "LANG": "ja_JP"}
        arguments = [sys.executable, "manage.py", *map(str, words)]
        return subprocess.run(
            arguments, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
        )

    file, before = tmp_path / "organisation.backup", contents(filled.owner_url)
    assert "鍵は含まれていません" in command("backup", file).stdout
    with psycopg.connect(libpq_url(filled.owner_url)) as connection:
        connection.execute("UPDATE person SET family_name = '別人'")
    refused = command("restore", file)
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    assert contents(filled.owner_url) != before
    assert command("restore", "--replace", file).returncode == 0
    assert contents(filled.owner_url) == before


def test_where_nothing_can_be_written_it_is_said_in_a_sentence(tmp_path):
    half = tmp_path / "a.backup.half"
    half.write_bytes(b"left by a machine that was switched off")
    for file, named in ((tmp_path / "a.backup", half), (tmp_path / "no such folder" / "b.backup", "no such folder")):
        with pytest.raises(Refused) as caught:
            backup("postgresql://nobody@127.0.0.1:9/nothing", file)
        assert str(named) in caught.value.text
    assert half.read_bytes(), "another backup may be writing it"
