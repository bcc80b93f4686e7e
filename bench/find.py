"""How long the server works for one search of Ctrl+K, with many people, at each number of letters.

``ours`` is the p95 in ms of requests by an administrator and by the managers of a large and of a small department, over
common and rare beginnings; ``by`` has each. The floor sends every statement that they sent, by psycopg.
"""

import logging
import statistics
import time
from collections.abc import Mapping

import psycopg
from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.testclient import TestClient

import services
from bench.common import full_size, product_database, report, settle
from bench.pages import p95
from bench.population import populate
from bench.recorded import recording
from core import logs
from core.actor import Actor
from core.database import SESSION_OPTIONS, engine_for, libpq_url, transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from data.models.setup import Organisation
from pages.public import find
from pages.public.gate import SESSION_HEADER
from services import access, broadcasts

BUDGET_MS = 60
ROUNDS = 10
LETTERS = (
    "佐", "佐藤", "佐藤翔太", "さ", "さとう", "サトウショウタ", "しょうた", "翔太", "計測", "0", "0012", "0012345",
    "p9", "p12345@", "部署12", "訓練", "ぬぬ", "",
)  # fmt: skip
DEPARTMENTS = {"large": 3, "small": 377}
"""One with 20 others below and one without."""


def main() -> None:
    """Run the bench and print its line."""
    people = 1_000_000 if full_size() else 20_000
    logs.configure(logging.WARNING)
    services.load_all()
    with product_database() as server:
        populate_with(server.owner_url, people)
        settle(server)
        client = TestClient(Starlette(routes=find.ROUTES))
        by: dict[str, list[float]] = {}
        floor: list[float] = []
        for who, headers in sessions().items():
            search(client, headers, "")
            with recording("") as recorded:
                by[who] = [search(client, headers, text) for _at in range(ROUNDS) for text in LETTERS]
            with psycopg.connect(libpq_url(server.app_url), options=SESSION_OPTIONS) as connection:
                started = time.perf_counter()
                recorded.send(connection, "")
                floor.append((time.perf_counter() - started) * 1000 / len(by[who]))
    every = [one for measured in by.values() for one in measured]
    report(
        bench="find", n=people, unit="ms", ours=p95(every), floor=statistics.mean(floor),
        ratio=statistics.mean(every) / statistics.mean(floor), budget_ms=BUDGET_MS,
        floor_is="every statement that they send, by psycopg (mean; the ratio is of means)",
        by={who: {"median": round(statistics.median(one), 1), "p95": round(p95(one), 1)} for who, one in by.items()},
    )  # fmt: skip


def populate_with(owner_url: str, people: int) -> None:
    """Make the organisation, its administrator and its people."""
    with transaction(Actor.system("bench")) as tx:
        tx.add(Organisation(id=1, name="計測", sample=False, created_at=tx.now))
        access.make_first_administrator(
            tx, login="bench", password="a long sentence for a bench", family_name="計測", given_name="係"
        )
        broadcasts.seed_samples(tx)
    populate(engine_for(owner_url), people)


def sessions() -> Mapping[str, Mapping[str, str]]:
    """Return the headers with which the gate would let each through."""
    with transaction(Actor.system("bench")) as tx:
        managers = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))
        accounts = {"administrator": tx.scalar(select(Account.id).where(Account.login == "bench"))}
        for at, (who, department) in enumerate(DEPARTMENTS.items(), start=1):
            account = tx.scalar(update(Account).where(Account.login == f"p{2 * at}").values(
                status=AccountStatus.ACTIVE).returning(Account.id))  # fmt: skip
            tx.add(PermissionAssignment(
                account_id=account, set_id=managers, reach=ReachKind.DEPARTMENT, department_id=department
            ))  # fmt: skip
            accounts[f"manager of a {who} department"] = account
        tokens = {who: access.start_session(tx, account) for who, account in accounts.items()}
    return {who: {SESSION_HEADER: access.hash_of(token).hex()} for who, token in tokens.items()}


def search(client: TestClient, headers: Mapping[str, str], text: str) -> float:
    """Search and return the milliseconds that it took."""
    started = time.perf_counter()
    answer = client.get("/find", params={"q": text}, headers=dict(headers))
    took = (time.perf_counter() - started) * 1000
    assert answer.status_code == 200, answer.text
    return took
