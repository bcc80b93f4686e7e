"""The supervisor of ``make run``, with tiny commands: keeps them up, stops them in order, leaves none behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import supervisor
from core.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "http://renraku.example.jp"
STAYS = """
trap 'echo {name} >> ended; exit 0' TERM
echo $$ > {name}.pid
while :; do sleep 0.02; done
"""
IGNORES = "trap 'echo {name} >> asked' TERM; echo $$ > {name}.pid; while :; do sleep 0.02; done"
SUPERVISES = """
import json, sys
from pathlib import Path
from core import supervisor
commands, folder, port = json.loads(sys.argv[1])
listening = ("127.0.0.1", port) if port else None
supervisor.run(commands, folder=Path(folder), address=sys.argv[2], listening=listening, first_pause_s=0.05)
print("everything has ended")
"""
LISTENS = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("console listens", flush=True)
time.sleep(60)
"""
Supervise = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    """Return a starter of supervisors over commands by name, in ``tmp_path``; kills what a test leaves."""
    started: list[subprocess.Popen[str]] = []

    def start(commands: dict[str, list[str]], port: int = 0) -> "subprocess.Popen[str]":
        plan = json.dumps([commands, str(tmp_path), port])
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", SUPERVISES, plan, ADDRESS],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
                preexec_fn=hear_all_signals,  # noqa: PLW1509 - there are no threads here
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def hear_all_signals() -> None:
    """Undo what nohup did, should the tests run under it: a supervisor that was told to ignore a signal does so."""
    for number in supervisor.STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def shell(script: str, name: str) -> list[str]:
    return ["sh", "-c", script.format(name=name)]


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def pid_in(path: Path) -> int:
    wait_until(lambda: path.exists() and path.read_text().strip().isdigit())
    return int(path.read_text())


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class TestRun:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_stops_everything_in_order(self, number: int, tmp_path: Path, supervise: Supervise) -> None:
        running = supervise({"console": shell(STAYS, "console"), "worker": shell(STAYS, "worker")})
        children = [pid_in(tmp_path / "console.pid"), pid_in(tmp_path / "worker.pid")]

        # To the whole group, as Ctrl-C in a terminal does.
        os.killpg(running.pid, number)
        said, _ = running.communicate(timeout=20)

        assert running.returncode == 0
        assert "everything has ended" in said
        assert (tmp_path / "ended").read_text().split() == ["console", "worker"]
        assert not any(is_alive(child) for child in children)

    def test_a_second_signal_does_not_wait_for_the_stubborn(self, tmp_path: Path, supervise: Supervise) -> None:
        running = supervise({"console": shell(IGNORES, "console"), "worker": shell(STAYS, "worker")})
        console = pid_in(tmp_path / "console.pid")
        pid_in(tmp_path / "worker.pid")

        began = time.monotonic()
        running.send_signal(signal.SIGTERM)
        wait_until((tmp_path / "asked").exists)
        running.send_signal(signal.SIGTERM)
        running.wait(supervisor.STOP_WITHIN_S)

        assert time.monotonic() - began < supervisor.STOP_WITHIN_S
        assert running.returncode == 0
        assert not is_alive(console)

    def test_what_ends_is_started_again_after_a_growing_pause(self, tmp_path: Path, supervise: Supervise) -> None:
        running = supervise(
            {"console": shell(STAYS, "console"), "worker": ["sh", "-c", "echo start >> starts; exit 3"]}
        )
        wait_until(lambda: (tmp_path / "starts").exists() and len((tmp_path / "starts").read_text().split()) >= 4)
        console = pid_in(tmp_path / "console.pid")

        running.send_signal(signal.SIGTERM)
        said, _ = running.communicate(timeout=20)

        plain = re.sub(r"\x1b\[\d*m", "", said)
        assert re.findall(r"again_in_s=([\d.]+)", plain)[:3] == ["0.05", "0.1", "0.2"]
        assert plain.count("exit_code=3") >= 3
        assert "process=worker" in plain
        assert not is_alive(console)

    def test_kill_9_of_the_supervisor_ends_its_processes(self, tmp_path: Path, supervise: Supervise) -> None:
        running = supervise({"console": shell(STAYS, "console"), "worker": shell(STAYS, "worker")})
        children = [pid_in(tmp_path / "console.pid"), pid_in(tmp_path / "worker.pid")]

        running.kill()

        wait_until(lambda: not any(is_alive(child) for child in children))

    def test_the_address_is_said_once_it_answers(self, supervise: Supervise) -> None:
        port = free_port()
        running = supervise({"console": [sys.executable, "-c", LISTENS, str(port)]}, port)
        assert running.stdout is not None

        first, second = running.stdout.readline(), running.stdout.readline()

        assert first == "console listens\n"
        assert ADDRESS in second
        running.send_signal(signal.SIGTERM)
        assert ADDRESS not in running.communicate(timeout=20)[0]


class FakeDatabase:
    """A database that ends at once, refuses the first start, and asks for the end of the test at the second."""

    def __init__(self) -> None:
        self.starts = 0

    def is_running(self) -> bool:
        return False

    def start(self) -> None:
        self.starts += 1
        if self.starts == 1:
            raise Unavailable("Not yet.")
        signal.raise_signal(signal.SIGTERM)


class TestDatabase:
    def test_it_is_started_again_and_a_signal_ends_the_waiting(self, tmp_path: Path) -> None:
        before = signal.getsignal(signal.SIGTERM)
        database = FakeDatabase()
        said: list[str] = []

        supervisor.run({}, folder=tmp_path, address=ADDRESS, database=database, first_pause_s=0.01, say=said.append)

        assert database.starts == 2
        assert len(said) == 1
        assert signal.getsignal(signal.SIGTERM) is before


class TestGrowingPause:
    def test_it_doubles_up_to_a_minute_and_starts_over_after_a_long_life(self) -> None:
        pause = supervisor.GrowingPause(1.0)

        seen = []
        for _ in range(8):
            pause.note_start()
            seen.append(pause.note_end())

        assert seen == [1, 2, 4, 8, 16, 32, 60, 60]
        pause.started -= 61
        assert pause.note_end() == 1.0
        assert not pause.is_over()


class TestPort:
    def test_a_busy_port_names_the_setting(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(Unavailable, match=f"Port {port} is in use.*RENRAKU_PORT={port + 1} make run"):
                supervisor.refuse_busy_port("127.0.0.1", port)

    def test_a_free_port_is_fine(self) -> None:
        supervisor.refuse_busy_port("127.0.0.1", free_port())

    def test_an_address_of_another_machine_names_the_setting(self) -> None:
        with pytest.raises(Unavailable, match="RENRAKU_HOST"):
            supervisor.refuse_busy_port("192.0.2.1", free_port())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
