"""How many replies a second are taken, each answered when it is on the disk (fsync on).

``ours`` is the public app under uvicorn, ``floor`` a bare Starlette route that answers without a database, under the same
server with the same settings. Phones (``replies_client``) keep 64 and 256 connections open and use each link once; 256
are served by two processes as well, as a fleet does. Then the web process, and after that PostgreSQL, is killed with
SIGKILL while replies come in: what was answered must be there.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg

import services
from bench.common import full_size, product_database, report, settle
from bench.population import administrator, populate
from bench.replies_client import BEGUN, TEXT
from bench.replies_crowd import ask
from bench.served import Served, free_port, serving, uvicorn
from core.database import engine_for, libpq_url
from core.postgres import EmbeddedPostgres
from core.settings import ROOT

CONNECTIONS = 64
CASES = {"64 connections": (64, 1), "256 connections": (256, 1), "256 connections, two processes": (256, 2)}
"""How many connections are open, and how many processes serve them."""

OURS, FLOOR = "pages.public.app:app", "bench.replies_floor:app"
TO_REACH = {"ratio": 0.5, "p99_ms": 100}


@dataclass(frozen=True)
class Came:
    """What came of one run."""

    answered: list[int]
    milliseconds: list[float]
    seconds: float
    others: dict[str, int]

    @property
    def per_second(self) -> float:
        """Return how many replies a second were answered."""
        return len(self.answered) / self.seconds

    @property
    def p99(self) -> float:
        """Return the 99th percentile, in ms."""
        return statistics.quantiles(self.milliseconds, n=100)[-1]


class Links:
    """The links that nobody has used yet."""

    def __init__(self, first: int, last: int) -> None:
        """Begin with all of them."""
        self.next, self.last = first, last

    def take(self, most: int) -> tuple[int, int]:
        """Return the first and the last of the next ones."""
        first, self.next = self.next, min(self.next + most, self.last + 1)
        if first >= self.next:
            raise RuntimeError("there are no links left")
        return first, self.next - 1


def main() -> None:
    """Run the bench and print its line."""
    people, seconds, runs = (600_000, 6.0, 5) if full_size() else (30_000, 1.0, 3)
    services.load_all()
    with product_database() as server:
        administrator()
        owner = engine_for(server.owner_url)
        populate(owner, people)
        links = Links(*ask(owner, 2))
        owner.dispose()
        settle(server)
        measured: dict[str, dict[str, list[Came]]] = {OURS: {}, FLOOR: {}}
        for run in range(-1, runs):  # the first one fills caches on both sides and is not counted
            for case, (connections, processes) in CASES.items():
                for app in (FLOOR, OURS):
                    with served(app, processes) as web:
                        reach = links.take(people // (3 * runs + 15)) if app == OURS else (1, people // 4)
                        came = sent(web.port, connections, seconds if run >= 0 else 0.5, *reach)
                    if run >= 0:
                        measured[app].setdefault(case, []).append(came)
        lost = missing(
            server, [one for runs_of in measured[OURS].values() for came in runs_of for one in came.answered]
        )
        lost_to = {
            "web": killed_web(server, links, seconds),
            "postgresql": killed_postgresql(server, links, seconds),
        }
    report(
        bench="replies", n=people, unit="replies/s", floor_is="a bare Starlette route that answers without a database",
        to_reach=TO_REACH, lost=lost, killed=lost_to, runs=runs,
        **{case: line(measured, case) for case in CASES},
    )  # fmt: skip


def line(measured: dict[str, dict[str, list[Came]]], case: str) -> dict[str, Any]:
    """Return what is told of one case."""
    ours, floor = measured[OURS][case], measured[FLOOR][case]
    ratios = [one.per_second / other.per_second for one, other in zip(ours, floor, strict=True)]
    return {
        "ours": round(statistics.median(one.per_second for one in ours)),
        "floor": round(statistics.median(one.per_second for one in floor)),
        "ratio": round(statistics.median(ratios), 2),
        "p99_ms": round(statistics.median(one.p99 for one in ours), 1),
        "floor_p99_ms": round(statistics.median(one.p99 for one in floor), 1),
        "others": [one.others for one in ours if one.others],
    }


def served(app: str, processes: int = 1) -> AbstractContextManager[Served]:
    """Serve an app in processes of its own, as a fleet does."""
    port = free_port()
    several = ["--workers", str(processes)] if processes > 1 else []
    return serving([*uvicorn(app, port), *several], port)


def phones(port: int, connections: int, seconds: float, first: int, last: int) -> Callable[[], Came]:
    """Start the phones; what is returned waits for them and says what came of it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.replies_client"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    told = {"port": port, "connections": connections, "seconds": seconds, "first": first, "last": last}
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.flush()
    if process.stdout.readline().strip() != BEGUN:
        raise RuntimeError("the phones did not start")
    return lambda: Came(**json.loads(process.communicate()[0]))


def sent(port: int, connections: int, seconds: float, first: int, last: int) -> Came:
    """Let phones reply for so long."""
    return phones(port, connections, seconds, first, last)()


def killed_web(server: EmbeddedPostgres, links: Links, seconds: float) -> dict[str, int]:
    """Kill the web process while replies come in; return how many were answered, and how many of them are missing."""
    with served(OURS) as web:
        came = phones(web.port, CONNECTIONS, seconds, *links.take(most(seconds)))
        time.sleep(seconds / 2)
        os.kill(web.pid, signal.SIGKILL)
        found = came()
    return {
        "answered": len(found.answered), "broken": found.others.get("broken", 0), "lost": missing(server, found.answered),
    }  # fmt: skip


def killed_postgresql(server: EmbeddedPostgres, links: Links, seconds: float) -> dict[str, int]:
    """Kill every process of PostgreSQL while replies come in, and start it again meanwhile."""
    with served(OURS) as web:
        came = phones(web.port, CONNECTIONS, seconds * 2, *links.take(most(seconds * 2)))
        time.sleep(seconds / 2)
        kill_all(server)
        server.start()
        found = came()
    return {
        "answered": len(found.answered), "refused": found.others.get("503", 0), "lost": missing(server, found.answered),
    }  # fmt: skip


def kill_all(server: EmbeddedPostgres) -> None:
    """Kill every process of PostgreSQL at once."""
    postmaster = int((server.home / "data" / "postmaster.pid").read_text().split()[0])
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, check=True, text=True)
    for pid in (postmaster, *map(int, told.stdout.split())):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while server.is_running() and time.monotonic() < until:
        time.sleep(0.05)


def most(seconds: float) -> int:
    """Return how many links are more than enough for so long."""
    return int(seconds * 4_000)


def missing(server: EmbeddedPostgres, answered: list[int]) -> int:
    """Return how many of the replies that were answered are not in the database as they were sent."""
    with psycopg.connect(libpq_url(server.superuser_url)) as connection:
        (there,) = connection.execute(
            """SELECT count(*) FROM unnest(%s::bigint[]) AS answered (id) JOIN delivery USING (id)
               JOIN mailing ON mailing.id = delivery.mailing_id
               JOIN recipient ON recipient.broadcast_id = mailing.broadcast_id AND recipient.person_id = delivery.person_id
               WHERE recipient.latest_answer ->> '4' = %s || answered.id AND delivery.state = 'delivered'""",
            (answered, TEXT),
        ).fetchone() or (0,)
    return len(answered) - int(there)


if __name__ == "__main__":
    main()
