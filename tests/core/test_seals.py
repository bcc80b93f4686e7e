"""Seals over the audit trail: what is altered, removed or slipped in afterwards is named."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core import seals
from core.actor import Actor
from core.audit import AuditPersonal, AuditRecord, hash_of
from core.clock import frozen, now
from core.database import libpq_url, transaction
from core.settings import ROOT


def write(tx, number, at=None, personal=None):
    """Write one record as operations do."""
    row = AuditRecord(
        at=at or tx.now, account_id=number, actor=f"係 {number}", cause=None, process="test.do", subject=None,
        input={"number": number, "text": "無事"}, personal_hash=hash_of(personal) if personal else None, changes=[],
    )  # fmt: skip
    tx.add(row)
    if personal:
        tx.add(AuditPersonal(record_id=row.id, values=personal))
    return row.id


@pytest.fixture
def trail(live):
    """Five sealed records in two seals, the third one with personal values; returns their ids."""
    with transaction(Actor.system("test")) as tx:
        ids = [write(tx, number, personal={"phone": "090"} if number == 2 else None) for number in range(3)]
        assert seals.seal(tx) == 3
    with transaction(Actor.system("test")) as tx:
        ids += [write(tx, number) for number in (3, 4)]
    seals.seal_audit()
    return ids


@contextmanager
def as_superuser(live):
    """Do what nobody may: change the trail itself."""
    with psycopg.connect(libpq_url(live.owner_url)) as connection:
        yield connection


def findings():
    with transaction(Actor.system("test")) as tx:
        return [finding.text for finding in seals.verify(tx)]


class TestVerify:
    def test_an_untouched_trail_has_no_findings(self, trail):
        assert findings() == []
        with transaction(Actor.system("test")) as tx:
            assert [one.records for one in seals.seals(tx)] == [3, 2]
            assert seals.seal(tx) == 0

    def test_names_the_record_that_was_altered(self, trail, live):
        with as_superuser(live) as connection:
            connection.execute("UPDATE audit_record SET input = '{\"number\": 9}' WHERE id = %s", [trail[1]])
        assert findings() == [f"記録 {trail[1]} が書き換えられています。"]

    @pytest.mark.parametrize("column", ["at = at + interval '1 second'", "actor = '別人'", "changes = '[1]'"])
    def test_every_column_is_covered(self, trail, live, column):
        with as_superuser(live) as connection:
            connection.execute(f"UPDATE audit_record SET {column} WHERE id = %s", [trail[4]])
        assert len(findings()) == 1

    def test_names_the_record_that_is_gone(self, trail, live):
        with as_superuser(live) as connection:
            connection.execute("DELETE FROM audit_record WHERE id = %s", [trail[3]])
        assert findings() == [f"記録 {trail[3]} がなくなっています。"]

    def test_a_record_with_its_seal_row_removed_breaks_the_seal(self, trail, live):
        with as_superuser(live) as connection:
            connection.execute("DELETE FROM audit_sealed WHERE record_id = %s", [trail[3]])
            connection.execute("DELETE FROM audit_record WHERE id = %s", [trail[3]])
        assert len(findings()) == 1
        assert "封印" in findings()[0]

    def test_an_altered_record_that_is_sealed_anew_breaks_the_chain_from_there(self, trail, live):
        with as_superuser(live) as connection:
            connection.execute("UPDATE audit_seal SET hash = sha256('x') WHERE id = (SELECT min(id) FROM audit_seal)")
        assert len(findings()) == 2, "the seal itself, and the next one that covers it"

    def test_names_what_was_slipped_in_with_an_old_date(self, trail, live):
        with transaction(Actor.system("test")) as tx:
            slipped = write(tx, 99, at=now() - timedelta(days=3))
        assert findings() == [
            f"記録 {slipped} は封印されていません。ワーカーが止まっていたか、後から紛れ込んだ可能性があります。"
        ]

    def test_erased_personal_values_are_no_finding_and_altered_ones_are(self, trail, live):
        with as_superuser(live) as connection:
            connection.execute('UPDATE audit_personal SET values = \'{"phone": "080"}\'')
        assert findings() == [f"記録 {trail[2]} の個人情報が書き換えられています。"]
        with transaction(Actor.system("test")) as tx:
            tx.execute(text("DELETE FROM audit_personal"))
        assert findings() == []

    def test_a_trail_that_was_cut_off_at_the_end_is_found_by_the_seals_kept_outside(self, trail, live):
        with transaction(Actor.system("test")) as tx:
            outside = {one.number: one.hash for one in seals.seals(tx)}
        with as_superuser(live) as connection:
            connection.execute("DELETE FROM audit_sealed WHERE record_id >= %s", [trail[3]])
            connection.execute("DELETE FROM audit_record WHERE id >= %s", [trail[3]])
            connection.execute("DELETE FROM audit_seal WHERE id = (SELECT max(id) FROM audit_seal)")
        assert findings() == []
        with transaction(Actor.system("test")) as tx:
            (found,) = seals.verify(tx, outside)
        assert found.number == max(outside)


class TestSeal:
    def test_the_application_may_not_change_trail_or_seals(self, trail):
        for table in ("audit_record", "audit_seal", "audit_sealed"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction(Actor.system("test")) as tx:
                tx.execute(text(f"DELETE FROM {table}"))
        for change in ("audit_record SET actor = ''", "audit_seal SET records = 0", "audit_personal SET values = '{}'"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction(Actor.system("test")) as tx:
                tx.execute(text(f"UPDATE {change}"))

    def test_two_sealers_make_one_chain(self, live):
        with transaction(Actor.system("test")) as tx:
            for number in range(50):
                write(tx, number)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _n: seals.seal_audit(), range(4)))
        assert findings() == []
        with transaction(Actor.system("test")) as tx:
            assert [one.records for one in seals.seals(tx)] == [50]

    def test_what_is_committed_late_is_sealed_with_what_came_after_it(self, live):
        with transaction(Actor.system("test")) as early:
            late = write(early, 1)
            with transaction(Actor.system("test")) as tx:
                assert write(tx, 2) > late
            seals.seal_audit()
        seals.seal_audit()
        assert findings() == []

    def test_the_nightly_look_finds_what_took_longer(self, live):
        with transaction(Actor.system("test")) as early:
            write(early, 1)
            with transaction(Actor.system("test")) as tx:
                write(tx, 2)
            seals.seal_audit()
        with frozen(now() + seals.LATE * 2):
            seals.seal_audit()
            assert len(findings()) == 1
            seals.seal_late_audit()
            assert findings() == []


def test_the_command_line_names_findings_and_compares_with_kept_seals(trail, live, tmp_path):
    def command(*words):
        environment = os.environ | {"DATABASE_OWNER_URL": live.owner_url, "PYTHONIOENCODING": "utf-8", "LANG": "ja_JP"}
        return subprocess.run(
            [sys.executable, "manage.py", "audit", *words],
            check=False,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )

    kept = tmp_path / "seals.txt"
    kept.write_text(command("seals").stdout)
    assert len(kept.read_text().splitlines()) == 2
    assert command("verify", "--seals", str(kept)).returncode == 0
    with as_superuser(live) as connection:
        connection.execute("UPDATE audit_record SET actor = '別人' WHERE id = %s", [trail[0]])
    found = command("verify", "--seals", str(kept))
    assert (found.returncode, f"記録 {trail[0]} が書き換えられています。" in found.stderr) == (1, True)
