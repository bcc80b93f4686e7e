"""The embedded PostgreSQL: starts, is shared, survives kill -9, and is gone with the last process that used it."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from core.errors import Unavailable
from core.postgres import APP, OWNER, EmbeddedPostgres, binaries, cluster, launch
from core.postgres.locks import is_held
from core.postgres.place import SOCKET, OsUser, Place, can_enter, settle

ROOT = Path(__file__).resolve().parents[2]
MakeServer = Callable[..., EmbeddedPostgres]

STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from core.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), for_tests=True, shelter=Path(sys.argv[2])).start()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def ground() -> Iterator[Path]:
    """Make a folder that every OS user may enter, which pytest's own are not; no server may stay in it."""
    ground = Path(tempfile.mkdtemp(prefix="renraku-test-"))
    ground.chmod(0o755)
    yield ground
    assert not [lock for lock in ground.rglob("keeper.lock") if is_held(lock)]
    shutil.rmtree(ground)


@pytest.fixture
def make_server(ground: Path) -> Iterator[MakeServer]:
    """Return a maker of servers over one data folder for all tests here; what a test leaves running is stopped."""
    made = []

    def make(folder: Path = ground / "pg", say: Callable[[str], None] = print) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(folder, for_tests=True, shelter=ground / "shelter", say=say))
        return made[-1]

    yield make
    for server in made:
        server.stop()


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(query)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.home / "data" / "postmaster.pid").read_text().split()[0])


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_gone(server: EmbeddedPostgres) -> bool:
    return not server.is_running() and not (server.home / "run" / SOCKET).exists()


def test_pages_are_kept_in_a_sixteenth_of_what_a_machine_or_its_container_has(tmp_path, monkeypatch):
    assert [cluster.buffers(mib * cluster.MIB) // cluster.MIB for mib in (1_024, 8_192, 65_536)] == [128, 512, 1_024]
    of_machine, limit = cluster.memory(), tmp_path / "memory.max"
    monkeypatch.setattr(cluster, "LIMITS", (limit,))
    for said, memory in (("max\n", of_machine), (f"{256 * cluster.MIB}\n", 256 * cluster.MIB)):
        limit.write_text(said)
        assert cluster.memory() == memory


class TestStart:
    def test_both_roles_connect_with_what_they_may_do(self, make_server: MakeServer) -> None:
        server = make_server().start()

        rights = "SELECT rolname::text, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert ask(server.app_url, rights) == [(APP, False, False)]
        assert ask(server.owner_url, rights) == [(OWNER, False, False)]
        ask(server.owner_url, "CREATE TABLE owned (id int)")
        for refused in ("CREATE TABLE public.mine (id int)", "SELECT * FROM owned", "SET ROLE renraku_owner"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ask(server.app_url, refused)
        ask(server.owner_url, "DROP TABLE owned")

    def test_text_is_utf8_in_an_order_that_no_machine_changes(self, make_server: MakeServer) -> None:
        server = make_server().start()

        assert ask(server.app_url, "SHOW server_encoding") == [("UTF8",)]
        assert ask(server.app_url, "SELECT upper('ｱé髙①')") == [("ｱÉ髙①",)]
        assert ask(server.app_url, "SHOW timezone") == [("UTC",)]

    def test_nobody_gets_in_without_the_generated_password(self, make_server: MakeServer) -> None:
        server = make_server().start()

        assert stat.S_IMODE((server.home / "passwords.json").stat().st_mode) == 0o600
        assert stat.S_IMODE((server.home / "run").stat().st_mode) == 0o700
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(host=str(server.home / "run"), user=APP, password="guess", dbname="renraku")

    def test_data_stays_over_a_restart(self, make_server: MakeServer) -> None:
        server = make_server().start()
        ask(server.owner_url, "CREATE TABLE kept AS SELECT 7 AS n")

        server.stop()

        assert is_gone(server)
        assert ask(server.start().owner_url, "SELECT n FROM kept") == [(7,)]
        ask(server.owner_url, "DROP TABLE kept")

    def test_what_people_entered_is_not_in_the_log(self, make_server: MakeServer) -> None:
        server = make_server().start()

        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            ask(server.app_url, "SELECT 'Yamada Hanako'::int")

        log = (server.home / "server.log").read_text()
        assert "ready to accept connections" in log
        assert "Yamada" not in log

    def test_a_path_too_long_for_a_socket_is_no_obstacle(self, ground: Path, make_server: MakeServer) -> None:
        place = settle(ground / ("long" * 25) / "pg", ground / "shelter", print)

        assert len(os.fsencode(place.run / SOCKET)) <= 107
        assert place.run.parent == Path("/tmp")


class TestSharing:
    def test_it_runs_until_the_last_user_stops(self, make_server: MakeServer) -> None:
        first, second = make_server().start(), make_server().start()

        first.stop()

        assert ask(second.app_url, "SELECT 1") == [(1,)]
        second.stop()
        assert is_gone(second)

    def test_two_that_start_at_once_get_one_server(self, make_server: MakeServer) -> None:
        servers = [make_server() for _ in range(4)]

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(EmbeddedPostgres.start, servers))

        born = {ask(server.app_url, "SELECT pg_postmaster_start_time()")[0] for server in servers}
        assert len(born) == 1


class TestDeath:
    def test_after_kill_9_of_the_server_start_recovers(self, make_server: MakeServer) -> None:
        server = make_server().start()
        ask(server.owner_url, "CREATE TABLE survives AS SELECT generate_series(1, 1000) AS n")
        os.kill(postmaster(server), signal.SIGKILL)
        assert wait_until(lambda: not server.is_running())

        server.start()

        assert ask(server.owner_url, "SELECT count(*) FROM survives") == [(1000,)]
        ask(server.owner_url, "DROP TABLE survives")

    @pytest.mark.parametrize("role", ["app", "keeper"])
    def test_kill_9_of_who_runs_it_ends_the_server(self, role: str, ground: Path, make_server: MakeServer) -> None:
        server = make_server().start()
        server.stop()
        app = subprocess.Popen(
            [sys.executable, "-c", STARTS_AND_WAITS, ground / "pg", ground / "shelter"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        with app:
            assert app.stdout is not None
            assert "ready" in app.stdout.read(6)
            process = postmaster(server)
            os.kill(app.pid if role == "app" else parent_of(process), signal.SIGKILL)
            assert wait_until(lambda: is_gone(server))
            assert wait_until(lambda: not Path(f"/proc/{process}").exists())
            app.kill()

    @pytest.mark.parametrize("state", ["another program", "zombie", "nobody"])
    def test_a_left_over_pid_file_is_not_taken_for_a_server(self, state: str, make_server: MakeServer) -> None:
        server = make_server().start()
        server.stop()
        # Of the server's own OS user: for it PostgreSQL's own check believes the file.
        command = ["sleep", "60"] if state == "another program" else ["true"]
        owner = (server.home / "data").stat()
        other = subprocess.Popen(command, **as_user(owner))
        if state == "zombie":
            os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        if state == "nobody":
            other.wait()
        left_over = server.home / "data" / "postmaster.pid"
        left_over.write_text(
            f"{other.pid}\n{server.home / 'data'}\n1700000000\n5432\n{server.home / 'run'}\n\n\nready\n"
        )
        os.chown(left_over, owner.st_uid, owner.st_gid)
        try:
            assert ask(server.start().app_url, "SELECT 1") == [(1,)]
        finally:
            other.kill()
            other.wait()


class TestRefusals:
    def test_data_of_another_version_says_what_to_do(self, ground: Path, make_server: MakeServer) -> None:
        data = ground / "old" / "data"
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("12\n")

        with pytest.raises(Unavailable, match=r"written by PostgreSQL 12.*Install PostgreSQL 12") as refusal:
            make_server(ground / "old").start()

        assert str(data) in str(refusal.value)
        assert sorted(path.name for path in data.iterdir()) == ["PG_VERSION"]

    def test_a_folder_of_something_else_is_left_alone(self, ground: Path, make_server: MakeServer) -> None:
        (ground / "else" / "data").mkdir(parents=True)

        with pytest.raises(Unavailable, match="not a folder of PostgreSQL data"):
            make_server(ground / "else").start()

    def test_programs_are_chosen_by_the_version_of_the_data(self, ground: Path) -> None:
        data = ground / "fifteen"
        data.mkdir()
        (data / "PG_VERSION").write_text("15\n")
        found = [binaries.Binaries(Path("/x"), "18.4"), binaries.Binaries(Path("/y"), "15.2")]

        assert binaries.choose(found, data).version == "15.2"
        assert binaries.choose(found, ground / "none yet").version == "18.4"
        with pytest.raises(Unavailable, match="set DATABASE_URL"):
            binaries.choose([binaries.Binaries(Path("/x"), "14.9")], ground / "none yet")

    def test_lost_passwords_are_named(self, make_server: MakeServer) -> None:
        server = make_server().start()
        server.stop()
        passwords = server.home / "passwords.json"
        kept = passwords.read_text()
        passwords.unlink()
        try:
            with pytest.raises(Unavailable, match=r"put .*passwords\.json back"):
                server.start()
            passwords.write_text(json.dumps(dict.fromkeys(json.loads(kept), "wrong")))
            with pytest.raises(Unavailable, match="do not fit"):
                server.start()
        finally:
            passwords.write_text(kept)
        assert wait_until(lambda: is_gone(server))
        assert ask(server.start().app_url, "SELECT 1") == [(1,)]

    def test_a_server_that_cannot_start_is_quoted(self, make_server: MakeServer) -> None:
        server = make_server().start()
        server.stop()
        conf = server.home / "data" / "postgresql.conf"
        kept = conf.read_text()
        conf.write_text(kept + "no_such_setting = 1\n")
        try:
            with pytest.raises(Unavailable, match="no_such_setting"):
                server.start()
        finally:
            conf.write_text(kept)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another OS user")
class TestAsRoot:
    def test_a_folder_that_its_user_cannot_enter_is_kept_elsewhere(
        self, ground: Path, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = ground / "closed"
        closed.mkdir(mode=0o700)
        said: list[str] = []
        # As in a project under /root: the programs in its virtual environment are out of reach as well.
        monkeypatch.setattr(launch, "can_enter", lambda folder, user: ground / "shelter" in folder.parents)

        server = make_server(closed / "pg", said.append).start()

        assert server.home.parent == ground / "shelter"
        assert len(said) == 1
        assert str(server.home) in said[0]
        assert ask(server.app_url, "SELECT 1") == [(1,)]
        program = Path(f"/proc/{postmaster(server)}/exe").readlink()
        assert ground / "shelter" in program.parents
        assert Path(f"/proc/{postmaster(server)}").stat().st_uid != 0

    def test_what_was_reachable_once_is_not_replaced_by_an_empty_database(self, ground: Path) -> None:
        closed = ground / "closed later"
        (closed / "pg" / "data").mkdir(parents=True)
        closed.chmod(0o700)

        with pytest.raises(Unavailable, match=r"chmod o\+x"):
            settle(closed / "pg", ground / "shelter", print)

    def test_who_may_enter_is_read_from_every_folder_above(self, ground: Path) -> None:
        inner = ground / "outer" / "inner"
        inner.mkdir(parents=True)
        somebody = OsUser("somebody", 54321, 54321)

        assert can_enter(inner, somebody)
        inner.parent.chmod(0o750)
        assert not can_enter(inner, somebody)
        os.chown(inner.parent, 0, somebody.gid)
        assert can_enter(inner, somebody)

    def test_a_socket_folder_of_somebody_else_is_refused(self, ground: Path) -> None:
        taken = ground / "taken"
        taken.mkdir()
        os.chown(taken, 54321, 54321)

        with pytest.raises(Unavailable, match="belongs to somebody else"):
            Place(ground, OsUser("server", 54322, 54322)).make_private(taken)


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def as_user(owner: os.stat_result) -> dict[str, int]:
    return {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
