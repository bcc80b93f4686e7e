"""How long the server works for one run of each page, with many people in the database.

``ours`` is the worst page's p95 in ms; ``pages`` has each page's median and p95, and its own floor. The floor of a page
is a plain script with the same elements in the same order and constant data: what Streamlit itself costs. Both are
run in turn through the same script runner, and the time is taken around the script. ``browser_ratio`` is from a click to
the content in Chromium, against plain pages. ``PEOPLE`` says how many people there are.
"""

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl

from streamlit import config, logger
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

import services
from bench.belongings import belong
from bench.browser import measured
from bench.common import full_size, product_database, report, settle
from bench.plain import Shown, elements_of, plain_page
from bench.population import administrator, populate
from core import collector
from core.database import engine_for
from core.settings import ROOT
from pages.kit import guard
from pages.kit.menu import PAGES
from services import access, network
from services.people.regions import tree
from services.setup import headcount

BUDGET_MS = 150
ASKED = {
    "access/may.py": "id=1",
    "access/who.py": "about=people.show:read",
    "access/account.py": "id=2",
    "directory/connection.py": "id=1",
    "directory/run.py": "id=100000",
    "people/homes.py": "all=1&region=addressed",
    "people/bulk.py": "all=1&department_id=2",
    "people/person.py": "id=77",
    "people/department.py": "id=2",
    "people/recipients.py": "id=1",
    "broadcasts/show.py": "id=1",
    "broadcasts/monitor.py": "id=1",
}
"""What a page is opened with."""

OTHER_VIEWS = (
    "broadcasts/monitor.py?id=1&view=people",
    "access/mine.py?view=messages",
    "access/mine.py?view=sign-in",
    "access/mine.py?view=settings",
    "access/sets.py?view=all",
    "access/who.py?about=people.edit:do",
    "access/who.py?about=people.edit:do&text=佐藤",
    "people/list.py?region=none",
    "people/list.py?region=addressed",
    "people/list.py?region=own",
    "people/regions.py?with_people=true",
    "people/regions.py?prefecture=13",
    "network/people.py?view=grid",
    "network/people.py?finding=to_mend",
    "network/people.py?finding=nothing",
    "network/people.py?finding=number_duplicate",
    "network/people.py?lacks=mobile",
    "network/people.py?department_id=2",
    "network/people.py?text=佐藤",
    "applications/inbox.py?state=approved",
    "invitations/list.py?state=expired",
)
"""Pages that have more than one view are measured in each."""


@dataclass
class Timed:
    """Milliseconds of the runs of one page and of its floor."""

    ours: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)


def main() -> None:
    """Run the bench and print its line."""
    people, runs = (1_000_000, 40) if full_size() else (5_000, 12)
    people = int(os.environ.get("PEOPLE", people))
    services.load_all()
    config.set_option("runner.postScriptGC", False)  # this and the collector as streamlit_app does
    collector.settle()
    logger.set_log_level("ERROR")
    with product_database() as server:
        account = administrator()
        guard.actor_source = lambda tx: access.actor_for(tx, account)
        owner = engine_for(server.owner_url)
        populate(owner, people)
        belong(owner, people, account)
        headcount.count_regularly()  # as a worker does every ten minutes
        tree.count_regularly()
        network.counting.count_regularly()
        settle(server)
        shown: dict[str, list[Shown]] = {}
        timed = {address: measure(address, runs, shown) for address in addresses()}
        in_browser = measured(account, shown)
    worst = max(timed, key=lambda path: p95(timed[path].ours))
    report(
        bench="page", n=people, unit="ms", ours=p95(timed[worst].ours), floor=p95(timed[worst].floor),
        ratio=statistics.median(timed[worst].ours) / statistics.median(timed[worst].floor),
        floor_is="a plain page with the same elements and constant data", worst=worst, budget_ms=BUDGET_MS,
        **in_browser,
        pages={
            path: {
                "median": round(statistics.median(one.ours), 1), "p95": round(p95(one.ours), 1),
                "floor_median": round(statistics.median(one.floor), 1),
            }
            for path, one in timed.items()
        },
    )  # fmt: skip


def addresses() -> list[str]:
    """Return each page of the menu as it is opened, and the other views."""
    first = [f"{entry.path}?{ASKED[entry.path]}" if entry.path in ASKED else entry.path for entry in PAGES]
    return [*first, *OTHER_VIEWS]


def measure(address: str, runs: int, shown: dict[str, list[Shown]]) -> Timed:
    """Time a page and its floor in turn; the first runs fill caches on both sides and are not counted.

    What the page shows is put into ``shown``.
    """
    timed = Timed()
    path, _mark, asked = address.partition("?")
    page = AppTest.from_file(ROOT / "pages" / "console.py", default_timeout=60).run()
    page.switch_page(path)
    for name, value in parse_qsl(asked):
        page.query_params[name] = value
    page.run()
    assert not page.exception, (address, [error.value for error in page.exception])
    shown[address] = elements_of(page)
    floor = AppTest.from_function(plain_page, args=(shown[address],), default_timeout=60)
    floor.run()
    assert not floor.exception, (address, [error.value for error in floor.exception])
    for _at in range(runs):
        with clocked(timed.ours):
            page.run()
        with clocked(timed.floor):
            floor.run()
    return timed


@contextmanager
def clocked(into: list[float]) -> Iterator[None]:
    """Take the time around the script itself: the test runner around it looks for the end every 100 ms only."""
    run = script_runner.ScriptRunner._run_script

    def around(self: Any, *arguments: Any) -> None:
        started = time.perf_counter()
        run(self, *arguments)
        into.append((time.perf_counter() - started) * 1000)

    with patch.object(script_runner.ScriptRunner, "_run_script", around):
        yield


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]
