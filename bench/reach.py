"""How long a manager waits for the list of people of a part of the organisation: its first page, two letters of a name.

``ours`` is the worst p95 in ms of ``people.search`` over managers of parts of every size and depth and over common,
rare and unknown letters; ``by`` has the worst of each manager, and beside it the first time that each was asked (``cold``:
nothing of it was in PostgreSQL's memory). The floor reads the rows that came by primary key.
"""

import logging
import statistics
import time
from typing import Any

import psycopg
from sqlalchemy import func, select

import services
from bench import reach_population
from bench.common import full_size, product_database, report, settle
from bench.pages import p95
from bench.population import administrator
from core import logs
from core.actor import Actor
from core.database import SESSION_OPTIONS, engine_for, libpq_url, transaction
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from data.models.people import Department
from data.models.people_search import PersonSearch
from services.access import actor_for
from services.people import search_people
from services.people.search import PeopleAsk

BUDGET_MS = 60
ROUNDS = 40
LETTERS = ("", "山田", "中村", "代宅", "翔太", "ヤマ", "たか", "ユミ", "12")
"""None at all; a name that one in eighty has, a rarer one and one of nobody; kana that one in six has."""

SHARES = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0001)
"""Of all people: the managers' parts, each the deepest of the five that come nearest."""

BY_KEY = "SELECT * FROM person WHERE id = ANY(%s)"


def main() -> None:
    """Run the bench and print its line."""
    people, departments = (1_000_000, 20_000) if full_size() else (20_000, 2_000)
    logs.configure(logging.WARNING)
    services.load_all()
    with product_database() as server:
        administrator()
        owner = engine_for(server.owner_url, pool_size=1)
        reach_population.populate(owner, people, departments)
        owner.dispose()
        settle(server)
        with psycopg.connect(libpq_url(server.app_url), options=SESSION_OPTIONS) as connection:
            by = {who: measured(actor, connection) for who, actor in managers(people).items()}
    worst = max(by, key=lambda who: by[who]["p95"])
    report(
        bench="reach", n=people, departments=departments, unit="ms", ours=by[worst]["p95"], floor=by[worst]["floor"],
        ratio=by[worst]["p95"] / by[worst]["floor"], budget_ms=BUDGET_MS, worst=f"{worst}: {by[worst]['letters']}",
        floor_is="the rows that came, by primary key (p95)", by=by,
    )  # fmt: skip


def managers(people: int) -> dict[str, Actor]:
    """Return the managers of parts of every size, by what their parts are."""
    with transaction(Actor.system("bench")) as tx:
        parts = [_part(tx, share * people) for share in SHARES]
        role = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))
        return {
            f"{part.people} people, level {part.depth + 1}": _manager(tx, at, role, part.id)
            for at, part in enumerate(parts, start=1)
        }


def _part(tx: Transaction, size: float) -> Any:
    above = func.unnest(PersonSearch.within).label("department_id")
    sizes = select(above, func.count().label("people")).group_by(above).subquery()
    near = (
        select(Department.id, Department.depth, sizes.c.people)
        .join(sizes, sizes.c.department_id == Department.id)
        .order_by(func.abs(sizes.c.people - size))
        .limit(5)
        .subquery()
    )
    return tx.execute(select(near).order_by(near.c.depth.desc(), near.c.id).limit(1)).one()


def _manager(tx: Transaction, at: int, role: int, department: int) -> Actor:
    account = tx.insert(Account, person_id=at + 1, login=f"m{at}", status=AccountStatus.ACTIVE, language="ja",
                        created_at=tx.now)  # fmt: skip
    tx.insert(
        PermissionAssignment, account_id=account, set_id=role, reach=ReachKind.DEPARTMENT, department_id=department
    )
    return actor_for(tx, account)


def measured(actor: Actor, connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """Return the worst p95 in ms over all letters, the letters, and the floor of the same rows."""
    found: dict[str, tuple[float, float]] = {}
    cold: list[float] = []
    for letters in LETTERS:
        cold.append(searched(actor, letters)[0])
        ours, ids = zip(*[searched(actor, letters) for _at in range(ROUNDS)], strict=True)
        floor = [by_key(connection, one) for one in ids]
        found[letters] = (p95(list(ours)), p95(floor))
    worst = max(found, key=lambda letters: found[letters][0])
    return {
        "p95": round(found[worst][0], 1), "letters": worst, "floor": round(found[worst][1], 2),
        "cold": round(max(cold), 1), "median_p95": round(statistics.median(one for one, _floor in found.values()), 1),
    }  # fmt: skip


def searched(actor: Actor, letters: str) -> tuple[float, list[int]]:
    """Ask for the first page as the console does; return how many ms it took, and whom it showed."""
    started = time.perf_counter()
    with transaction(actor) as tx:
        page = search_people(tx, PeopleAsk(text=letters))
    return (time.perf_counter() - started) * 1000, [row.id for row in page.rows]


def by_key(connection: psycopg.Connection[Any], ids: list[int]) -> float:
    """Read these people's rows; return how many ms it took."""
    started = time.perf_counter()
    connection.execute(BY_KEY, (ids,)).fetchall()
    connection.commit()
    return (time.perf_counter() - started) * 1000
