"""Keeping what holds for people in step with what is written about them (連絡網の更新).

Triggers note who was touched, whoever wrote it. What an operation changed is settled in its own transaction, so that
the next look shows it; what comes in masses, from senders or from other programs, by a job within a minute.
"""

from typing import NamedTuple

from sqlalchemy import func, literal, select, text

from core.actor import Actor
from core.database import transaction
from core.jobs import enqueue, job, must_stop
from core.transaction import Transaction, listens
from data.models.network import ContactStale
from services.events import RecordsChanged
from services.network.facts import LEAVE, MAKE
from services.network.numbers import judge_numbers

AT_ONCE = 1_000
"""So many touched people are settled while one waits; more by the job."""

BATCH = 5_000
SECONDS = 120
KEY = 7_236_850  # next to the lock of people
TAKE = text("""
    DELETE FROM contact_stale WHERE id IN (SELECT id FROM contact_stale ORDER BY id LIMIT :most)
    RETURNING person_id, lower(number) AS number
""")
# One by one along the index: right after a large import PostgreSQL knows nothing of these tables.
OWNERS = text("""
    SELECT DISTINCT others.person_id
    FROM (
        SELECT lower(mine.value) AS number
        FROM unnest(CAST(:ids AS bigint[])) AS asked (id)
        CROSS JOIN LATERAL (
            SELECT value FROM contact_point WHERE person_id = asked.id AND kind = 'mobile' OFFSET 0
        ) AS mine
        UNION SELECT unnest(CAST(:numbers AS text[]))
    ) AS held
    CROSS JOIN LATERAL (
        SELECT person_id FROM contact_point WHERE lower(value) = held.number AND kind = 'mobile' OFFSET 0
    ) AS others
""")


class Touched(NamedTuple):
    """Who was touched, and the numbers that they had."""

    people: list[int]
    numbers: list[str]


@listens(RecordsChanged)
def settle_changed(tx: Transaction, _told: RecordsChanged) -> None:
    """Settle whom a change-set touched; have the job do it where they are many, or while somebody else settles.

    Who changes a person does not wait for others: behind a large count that would be longer than locks are waited for.
    """
    some = select(literal(1)).select_from(ContactStale).limit(AT_ONCE + 1).subquery()
    waiting = tx.scalar(select(func.count()).select_from(some))
    if waiting > AT_ONCE or (waiting and not tx.scalar(select(func.pg_try_advisory_xact_lock(KEY)))):
        enqueue(tx, settle_waiting)
    elif waiting:
        settle(tx)


@job("network.settle", periodic="* * * * *", retries=3)
def settle_waiting() -> None:
    """Settle everybody whom somebody touched."""
    while not must_stop():
        with transaction(Actor.system("network.settle"), statement_seconds=SECONDS) as tx:
            if not settle(tx, BATCH):
                return


def settle(tx: Transaction, most: int = AT_ONCE) -> int:
    """Make anew what holds for those who were touched, and for those who have a number with them; return how many.

    One at a time, until the transaction ends: who comes second sees what the first one wrote.
    """
    tx.session.flush()
    tx.execute(select(func.pg_advisory_xact_lock(KEY)))
    rows = tx.execute(TAKE, {"most": most}).all()
    touched = Touched([row.person_id for row in rows], [row.number for row in rows if row.number])
    if rows:
        make_facts(tx, touched)
    return len(rows)


def make_facts(tx: Transaction, touched: Touched) -> None:
    """Make anew what holds for these people and for those who have one of the numbers."""
    asked = {"ids": touched.people, "numbers": touched.numbers}
    ids = sorted({*touched.people, *tx.execute(OWNERS, asked).scalars()})
    judge_numbers(tx, ids)
    tx.execute(LEAVE, {"ids": ids})
    tx.execute(MAKE, {"ids": ids})
