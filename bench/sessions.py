"""How many people can have the reply monitor open in one process, each with its live part every two seconds.

``ours`` is the largest number at which 95 of 100 runs of the live part are there within 400 ms of when they were due.
The floor is the same page served by ``streamlit run`` with nothing set. ``memory_mib`` is the console's, once a minute,
while the number that is to be reached is held for ten minutes (``SIZE=full``).
"""

import asyncio
import os
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import services
from bench.common import full_size, product_database, report, settle
from bench.population import administrator, populate
from bench.served import Served, free_port, serving, uvicorn
from bench.sessions_client import Crowd
from core.actor import Actor
from core.database import engine_for, transaction
from core.settings import ROOT
from services import access

BUDGET_MS = 400
TO_REACH = 100
PAGE, QUERY = "broadcasts-monitor", "id=1"
SETTLE_SECONDS = 2


@dataclass(frozen=True)
class Plan:
    """With how many tabs it is tried, and how long each number is watched."""

    people: int
    ours: tuple[int, ...]
    floor: tuple[int, ...]
    seconds: float
    minutes_at_goal: int


FULL = Plan(100_000, (50, TO_REACH, *range(110, 310, 10)), tuple(range(4, 102, 2)), 20, 10)
SMALL = Plan(5_000, (50, TO_REACH), (2, 6, 10, 14, 18, 24, 32, 40), 3, 0)


@dataclass
class Found:
    """What came of one server: p95 (ms) by number of tabs, and its memory (MiB) minute by minute."""

    p95: dict[int, float] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)

    @property
    def held(self) -> int:
        """Return the largest number that was held."""
        return max((tabs for tabs, value in self.p95.items() if value <= BUDGET_MS), default=0)


def main() -> None:
    """Run the bench and print its line."""
    plan = FULL if full_size() else SMALL
    services.load_all()
    with product_database() as server:
        account = administrator()
        populate(engine_for(server.owner_url), plan.people)
        settle(server)
        port = free_port()
        with serving(uvicorn("streamlit_app:app", port), port) as console:
            cookies = signed_in(account, port, max(plan.ours))
            ours = asyncio.run(tried(console, plan.ours, cookies, watching(plan)))
        port = free_port()
        nobody = tempfile.TemporaryDirectory(prefix="renraku-bench-")  # Streamlit reads settings where it is started
        with nobody as folder, serving(defaults(port), port, folder=Path(folder), **as_account(account)) as console:
            floor = asyncio.run(tried(console, plan.floor, [{}] * max(plan.floor), lambda _tabs: (plan.seconds, 1)))
    report(
        bench="sessions", n=plan.people, unit="sessions", ours=ours.held, floor=floor.held,
        ratio=ours.held / floor.held if floor.held else None, floor_is="the same page under “streamlit run” with nothing set",
        budget_ms=BUDGET_MS, to_reach=TO_REACH, p95_ms=ours.p95, floor_p95_ms=floor.p95, memory_mib=ours.memory,
    )  # fmt: skip


def watching(plan: Plan) -> Callable[[int], tuple[float, int]]:
    """Return for how many seconds a number of tabs is watched, and how many times."""
    return lambda tabs: (60, plan.minutes_at_goal) if tabs == TO_REACH and plan.minutes_at_goal else (plan.seconds, 1)


async def tried(
    server: Served, sizes: tuple[int, ...], headers: list[dict[str, str]], watched: Callable[[int], tuple[float, int]]
) -> Found:
    """Open more and more tabs until the runs of the live parts come too late."""
    found = Found()
    crowd = Crowd(server.port, PAGE, QUERY, headers)
    for tabs in sizes:
        if not await crowd.grow(tabs):
            break
        await crowd.go_on(SETTLE_SECONDS)
        seconds, times = watched(tabs)
        taken: list[float] = []
        for _minute in range(times):
            taken += await crowd.go_on(seconds)
            found.memory.append(round(server.memory_mib, 1))
        found.p95[tabs] = round(statistics.quantiles(taken, n=20)[-1], 1)
        if found.p95[tabs] > BUDGET_MS:
            break
    await crowd.leave()
    return found


def signed_in(account: int, port: int, times: int) -> list[dict[str, str]]:
    """Sign the account in so often; return the headers that say so."""
    with transaction(Actor.system("bench")) as tx:
        return [{"cookie": f"renraku-{port}={access.start_session(tx, account)}"} for _at in range(times)]


def defaults(port: int) -> list[str]:
    """Return the command of Streamlit itself, kept from asking for a mail address and from calling home."""
    script = str(ROOT / "bench" / "floors" / "defaults.py")
    quiet = ["--server.headless", "true", "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
    return ["-m", "streamlit", "run", script, "--server.port", str(port), *quiet]


def as_account(account: int) -> dict[str, str]:
    """Return the environment that tells the floor who everybody is, and where the code is."""
    return {"BENCH_ACCOUNT": str(account), "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
