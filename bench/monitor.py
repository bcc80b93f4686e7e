"""How long the server works for the reply monitor, with ever more people asked, four of five of whom have answered.

``ours`` is the worst p95 in ms over both views (counted, and person by person) and over the administrator and the manager
of a department with a twentieth of all people; ``by`` has each. ``growth`` is the worst p95 with most people against
that with fewest. ``shown_after_s`` is how long after a reply was answered the live part first showed it: it is drawn
anew every two seconds.
"""

import os
import time

from sqlalchemy import select
from streamlit import config, logger

import services
from bench.common import full_size, product_database, report, settle
from bench.pages import measure, p95
from bench.population import administrator, populate
from core import clock, collector
from core.actor import Actor
from core.database import engine_for, transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from pages.kit import guard
from services import access
from services.broadcasts import MonitorAsk, Replies, Reply, monitor, record_replies

BUDGET_MS = 120
VIEWS = ("broadcasts/monitor.py?id=1", "broadcasts/monitor.py?id=1&view=people")
DEPARTMENT = 2
SHOWN_WITHIN_S = 2.0


def main() -> None:
    """Run the bench and print its line."""
    usual = "10000,100000,1000000" if full_size() else "2000,20000"
    sizes = [int(people) for people in os.environ.get("PEOPLE", usual).split(",")]
    runs = 40 if full_size() else 12
    services.load_all()
    config.set_option("runner.postScriptGC", False)  # this and the collector as streamlit_app does
    collector.settle()
    logger.set_log_level("ERROR")
    by = {people: measured(people, runs) for people in sizes}
    worst = {people: max(found[1].values()) for people, found in by.items()}
    report(
        bench="monitor", n=max(sizes), unit="ms", ours=max(worst.values()), budget_ms=BUDGET_MS,
        growth=worst[max(sizes)] / worst[min(sizes)], by={people: found[1] for people, found in by.items()},
        shown_after_s={people: found[0] for people, found in by.items()}, shown_within_s=SHOWN_WITHIN_S,
    )  # fmt: skip


def measured(people: int, runs: int) -> tuple[float, dict[str, float]]:
    """Fill a database; return after how long a reply was shown (s), and the p95 of each view for each who looks (ms)."""
    found: dict[str, float] = {}
    with product_database() as server:
        accounts = {"administrator": administrator()}
        owner = engine_for(server.owner_url)
        populate(owner, people)
        owner.dispose()
        accounts["manager"] = make_manager()
        settle(server)
        for who, account in accounts.items():
            guard.actor_source = lambda tx, account=account: access.actor_for(tx, account)  # type: ignore[misc]
            for address in VIEWS:
                found[f"{who}, {address.partition('view=')[2] or 'counted'}"] = round(
                    p95(measure(address, runs, {}).ours), 1
                )
        return shown_after(), found


def make_manager() -> int:
    """Give somebody of the department an account as its manager."""
    with transaction(Actor.system("bench")) as tx:
        role = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))
        account: int = tx.insert(
            Account, person_id=DEPARTMENT + 399, login="manager", status=AccountStatus.ACTIVE, language="ja",
            created_at=tx.now,
        )  # fmt: skip
        tx.insert(
            PermissionAssignment, account_id=account, set_id=role, reach=ReachKind.DEPARTMENT, department_id=DEPARTMENT
        )
    return account


def shown_after() -> float:
    """Store a reply and look as a live part does, every two seconds, until it is counted; return how long it took."""
    with transaction(Actor.system("bench")) as tx:
        before = monitor(tx, MonitorAsk(broadcast_id=1)).answered
    reply = Reply(broadcast_id=1, person_id=5, answer={"1": "無事", "2": 1}, at=clock.now())
    with transaction(Actor.system("bench")) as tx:
        record_replies(tx, Replies(replies=[reply]))
    answered = time.monotonic()
    while True:
        with transaction(Actor.system("bench")) as tx:
            if monitor(tx, MonitorAsk(broadcast_id=1)).answered > before:
                return round(time.monotonic() - answered, 3)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
