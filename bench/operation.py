"""How long one small operation takes through the registry, with permission, audit record and commit.

The floor sends every statement that it sends, with its commit, by psycopg on one connection.
"""

import logging
import time
import uuid

import psycopg

import services
from bench.common import alternating, compared, full_size, product_database, report
from bench.recorded import recording
from core import logs
from core.actor import Actor
from core.database import SESSION_OPTIONS, libpq_url, transaction
from services import access, home
from services.home.notices import EditedNotice

RUNS = 7
MARK = "the text of each operation"


def main() -> None:
    """Run the bench and print its line."""
    times = 5_000 if full_size() else 200
    logs.configure(logging.WARNING)  # the line of each operation would go to a terminal
    services.load_all()
    with product_database() as server:
        actor = administrator()
        with recording(MARK) as recorded:
            operate(actor, MARK)
        with psycopg.connect(libpq_url(server.app_url), options=SESSION_OPTIONS) as connection:

            def ours(_run: int) -> float:
                started = time.perf_counter()
                for _at in range(times):
                    operate(actor, uuid.uuid4().hex)
                return (time.perf_counter() - started) * 1000 / times

            def floor(_run: int) -> float:
                started = time.perf_counter()
                for _at in range(times):
                    recorded.send(connection, uuid.uuid4().hex)
                return (time.perf_counter() - started) * 1000 / times

            ours(-1), floor(-1)  # fills caches on both sides
            measured = alternating(RUNS, ours, floor)
    report(
        bench="operation", n=times, unit="ms", **compared(*measured),
        floor_is="every statement that it sends, with its commit, by psycopg",
        statements=recorded.statements, runs=RUNS,
    )  # fmt: skip


def administrator() -> Actor:
    """Return somebody who may do everything, by their own permission set."""
    with transaction(Actor.system("bench")) as tx:
        account = access.make_first_administrator(
            tx, login="bench", password="a long sentence for a bench", family_name="計測", given_name="係"
        )
    with transaction(Actor.system("bench")) as tx:
        return access.actor_for(tx, account)


def operate(actor: Actor, name: str) -> None:
    """Write a notice, as a click does."""
    with transaction(actor) as tx:
        home.edit_notice(tx, EditedNotice(title=name, text=name))
