"""``manage.py doctor`` names what is wrong: each check is made to fail for real."""

import os
import subprocess
import sys
import zoneinfo
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock, seals
from core.actor import Actor
from core.database import engine_for
from core.i18n import using_language
from core.settings import ROOT
from core.transaction import Transaction
from data.models.delivery import MailSender, ProviderKind
from services.delivery.sender import current_sender
from services.setup import examine
from services.setup.doctor import database, installation, work
from tests.conftest import forget
from tests.services.broadcasts.asks import sent

SECRET = "0123456789abcdef" * 2


def good(check, *given):
    """Run a check; return whether all is well, None where there is nothing to know."""
    finding = check(*given)
    return finding and finding.good


class TestWhole:
    def test_an_installation_of_the_tests_lacks_what_tests_do_without(self, live):
        with using_language("en"):
            found = examine()
        wrong = [one.text.partition(" ")[0] for one in found if not one.good]
        assert wrong == ["Only", "fsync,", "No", "Mail"], [one.text for one in found if not one.good]
        assert "All migrations are applied." in {one.text for one in found}

    def test_one_role_for_everything_is_named(self, live, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", live.owner_url)
        forget()
        with using_language("en"):
            assert any("Set DATABASE_OWNER_URL to a second role" in one.text for one in examine() if not one.good)

    def test_a_missing_migration_is_named_and_nothing_else_breaks(self, live):
        engine = engine_for(live.owner_url)
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
        engine.dispose()
        with using_language("en"):
            assert "Run “python manage.py migrate”." in {one.text for one in examine() if not one.good}

    def test_without_a_database_the_rest_is_still_looked_at_and_the_command_fails(self, tmp_path):
        environment = {
            **os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing", "RENRAKU_HOME": str(tmp_path),
            "FORWARDED_ALLOW_IPS": "*", "LANG": "en_US.UTF-8",
        }  # fmt: skip
        command = [sys.executable, "manage.py", "doctor"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 1, done.stderr
        wrong = [line for line in done.stdout.splitlines() if line.startswith("look  ")]
        assert len(wrong) == 2
        assert "The database does not answer" in wrong[0]
        assert "FORWARDED_ALLOW_IPS" in wrong[1]


class TestDatabase:
    def test_a_server_that_is_too_old(self, tx, monkeypatch):
        assert good(database.version, tx)
        monkeypatch.setattr(database, "OLDEST_MAJOR", 99)
        assert not good(database.version, tx)

    def test_a_role_that_may_do_everything(self, tx, server):
        assert good(database.weak_role, tx)
        engine = engine_for(server.superuser_url, pool_size=1)
        with Session(engine) as session:
            assert not good(database.weak_role, Transaction(session, Actor.system("test")))
        engine.dispose()

    @pytest.mark.parametrize("name", database.LIMITS)
    def test_a_limit_that_does_not_reach_the_server(self, tx, name):
        assert good(database.limits, tx)
        tx.execute(text(f"SET LOCAL {name} = 0"))
        assert name in database.limits(tx).text

    def test_a_commit_that_a_power_cut_undoes(self, tx):
        assert "fsync" in database.durable(tx).text  # off in the server of the tests
        tx.execute(text("SET LOCAL synchronous_commit = off"))
        assert "synchronous_commit" in database.durable(tx).text

    def test_clocks_that_differ(self, tx):
        assert good(database.same_time, tx)
        with clock.frozen(clock.now() + timedelta(seconds=10)):
            assert not good(database.same_time, tx)

    def test_more_pools_than_connections(self, tx):
        assert good(database.connections, tx)
        tx.execute(text("INSERT INTO procrastinate.procrastinate_workers (last_heartbeat) "
                        "SELECT now() FROM generate_series(1, 50)"))  # fmt: skip
        assert not good(database.connections, tx)

    def test_a_server_without_time_zones(self, tx, monkeypatch):
        assert good(database.time_zones, tx)
        monkeypatch.setattr(database, "ZONE", "Asia/Atlantis")
        assert not good(database.time_zones, tx)

    def test_one_address_only(self, live, tx, monkeypatch):
        assert not good(database.one_address, tx)
        monkeypatch.setenv("DATABASE_OWNER_URL", live.owner_url)
        forget()
        assert database.one_address(tx) is None


class TestWork:
    def test_no_worker(self, tx):
        assert not good(work.worker, tx)
        tx.execute(text("INSERT INTO procrastinate.procrastinate_workers (last_heartbeat) VALUES (now())"))
        assert good(work.worker, tx)

    def test_jobs_that_wait_or_fail(self, tx):
        assert good(work.stuck_jobs, tx)
        assert good(work.failed_jobs, tx)
        insert = text(
            "INSERT INTO procrastinate.procrastinate_jobs (task_name, queue_name, status, scheduled_at) "
            "VALUES ('x', 'y', CAST(:status AS procrastinate.procrastinate_job_status), :at) RETURNING id"
        )
        tx.execute(insert, {"status": "todo", "at": clock.now() - timedelta(minutes=11)})
        job = tx.scalar(insert, {"status": "failed", "at": None})
        failed = "INSERT INTO procrastinate.procrastinate_events (job_id, type, at) VALUES (:job, 'failed', now())"
        tx.execute(text(failed), {"job": job})
        assert not good(work.stuck_jobs, tx)
        assert not good(work.failed_jobs, tx)

    def test_mail_that_leaves_nowhere_and_a_key_that_is_old(self, tx):
        assert not good(work.mail_sender, tx)
        assert good(work.one_key, tx)
        sender: MailSender = current_sender(tx)
        sender.provider, sender.smtp_host, sender.smtp_password = (
            ProviderKind.SMTP,
            "mail.example.jp",
            b"RK1" + b"x" * 40,
        )
        tx.add(sender)
        assert good(work.mail_sender, tx)
        assert not good(work.one_key, tx)

    def test_a_sending_that_stands_still(self, tx, cast):
        assert good(work.outbox, tx)
        sent(tx, title="訓練", audience={"people": [cast.staff.id]})
        assert good(work.outbox, tx)
        with clock.frozen(clock.now() + timedelta(minutes=11)):
            assert not good(work.outbox, Transaction(tx.session, tx.actor))

    def test_records_without_a_seal_and_seals_that_nobody_keeps(self, tx, cast, monkeypatch, tmp_path):
        monkeypatch.setenv("RENRAKU_HOME", str(tmp_path))
        forget()
        sent(tx, title="訓練", audience={"people": [cast.staff.id]})
        assert good(work.sealed, tx)
        with clock.frozen(clock.now() + timedelta(hours=2)):
            assert not good(work.sealed, Transaction(tx.session, tx.actor))
        seals.seal(tx)
        assert work.seals_outside(tx) is None
        later = clock.now() + timedelta(days=40)
        with clock.frozen(later):
            tx = Transaction(tx.session, tx.actor)
            assert good(work.sealed, tx)
            assert not good(work.seals_outside, tx)
            seals.note_kept()
            os.utime(tmp_path / seals.NOTE, (later.timestamp(), later.timestamp()))
            assert good(work.seals_outside, tx)


class TestInstallation:
    @pytest.mark.parametrize(
        ("check", "right", "wrong"),
        [
            ("secret_key", {"RENRAKU_SECRET_KEY": SECRET}, {"RENRAKU_SECRET_KEY": "password" * 5}),
            ("secret_key", {"RENRAKU_SECRET_KEY": ""}, {
                "RENRAKU_SECRET_KEY": "", "DATABASE_URL": "postgresql://db/x", "RENRAKU_PUBLIC_URL": "https://a.example",
            }),
            ("https", {"RENRAKU_PUBLIC_URL": "https://a.example"}, {"RENRAKU_PUBLIC_URL": "http://a.example"}),
            ("https", {"RENRAKU_HOST": "127.0.0.1"}, {"RENRAKU_HOST": "192.0.2.7"}),
            ("address", {"RENRAKU_PUBLIC_URL": "https://a.example:444"}, {"RENRAKU_PUBLIC_URL": "https://a.example/b"}),
            ("proxies", {"FORWARDED_ALLOW_IPS": "10.0.0.1"}, {"FORWARDED_ALLOW_IPS": "*"}),
        ],
    )  # fmt: skip
    def test_a_setting_that_is_wrong(self, monkeypatch, tmp_path, check, right, wrong):
        for values, expected in ((right, True), (wrong, False)):
            with monkeypatch.context() as patch:
                patch.setenv("RENRAKU_HOME", str(tmp_path))
                for name, value in values.items():
                    patch.setenv(name, value) if value else patch.delenv(name, raising=False)
                forget()
                assert good(getattr(installation, check)) is expected, values
        forget()

    def test_a_folder_that_others_may_write_to_and_a_key_that_they_may_read(self, home):
        key = home / "secret.key"
        key.write_bytes(b"x")
        for folder_mode, key_mode, expected in ((0o700, 0o600, True), (0o777, 0o600, False), (0o755, 0o644, False)):
            home.chmod(folder_mode)
            key.chmod(key_mode)
            assert good(installation.private_home) is expected

    def test_a_disk_that_is_full(self, home, monkeypatch):
        assert good(installation.disk)
        monkeypatch.setattr(installation, "FREE_MIB", 10**9)
        assert not good(installation.disk)

    def test_a_python_without_time_zones(self, monkeypatch):
        assert good(installation.time_zones)
        monkeypatch.setitem(sys.modules, "tzdata", None)
        zoneinfo.reset_tzpath(())
        try:
            assert not good(installation.time_zones)
        finally:
            zoneinfo.reset_tzpath()

    def test_a_backup_that_is_old(self, home, monkeypatch):
        assert installation.backups() is None
        monkeypatch.setenv("RENRAKU_BACKUP_FOLDER", str(home))
        forget()
        assert not good(installation.backups)
        file = home / "renraku.backup"
        file.touch()
        assert good(installation.backups)
        with clock.frozen(clock.now() + timedelta(hours=30)):
            assert not good(installation.backups)


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A folder of this installation's own."""
    monkeypatch.setenv("RENRAKU_HOME", str(tmp_path))
    forget()
    yield tmp_path
    forget()
