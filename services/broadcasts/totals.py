"""Totals of the replies to a broadcast (D14): kept with each round, and brought in step with replies by and by.

There are as many as departments, areas and different answers, however many people were asked: counting 100,000
recipients takes PostgreSQL 35 to 70 ms, reading their totals 2. Replies write steps, which are folded into the totals
every few seconds; whoever reads adds up both, so nothing is ever missing.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import CTE, BigInteger, Select, Text, cast, column, func, literal, select, table, text, union_all
from sqlalchemy.dialects.postgresql import Insert, insert

from core.actor import Actor
from core.database import transaction
from core.jobs import EVERY_FIVE_SECONDS, job
from core.transaction import Transaction
from data.models.replies import ReplyDepartment, ReplyTotal
from services.events import BroadcastAnswered

COUNT_ROUND = text("""
    WITH counted AS MATERIALIZED (
        SELECT grouping(department_id, area_code, tally) AS grouped, department_id, area_code, tally,
               count(*) AS asked, count(latest_at) AS answered, max(latest_at) AS latest_at
        FROM recipient WHERE broadcast_id = :broadcast_id AND round = :round
        GROUP BY GROUPING SETS ((department_id), (area_code), (tally), (department_id, area_code),
                                (department_id, tally))
    ), parts AS (
        SELECT grouped, department_id, part.position - 1 || ':' || part.text AS key, sum(answered) AS answered,
               max(latest_at) AS latest_at
        FROM counted CROSS JOIN LATERAL string_to_table(tally, ',') WITH ORDINALITY AS part (text, position)
        WHERE grouped IN (6, 2) AND part.text <> '' GROUP BY 1, 2, 3
    ), shares AS (
        INSERT INTO reply_department AS there (broadcast_id, department_id, kind, key, asked, answered)
        SELECT :broadcast_id, department_id, 'area', coalesce(prefecture, ''), sum(asked), sum(answered)
        FROM counted LEFT JOIN area_prefecture ON code = area_code
        WHERE grouped = 1 AND department_id IS NOT NULL GROUP BY 2, 4
        UNION ALL
        SELECT :broadcast_id, department_id, 'answer', key, 0, answered
        FROM parts WHERE grouped = 2 AND department_id IS NOT NULL
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (broadcast_id, department_id, kind, key) DO UPDATE
        SET asked = there.asked + excluded.asked, answered = there.answered + excluded.answered
    )
    INSERT INTO reply_total (broadcast_id, round, kind, key, asked, answered, latest_at)
    SELECT :broadcast_id, :round, 'department', coalesce(department_id::text, ''), asked, answered, latest_at
    FROM counted WHERE grouped = 3
    UNION ALL
    SELECT :broadcast_id, :round, 'area', coalesce(area_code, ''), asked, answered, latest_at
    FROM counted WHERE grouped = 5
    UNION ALL
    SELECT :broadcast_id, :round, 'answer', key, 0, answered, latest_at FROM parts WHERE grouped = 6
""")
AREA_PREFECTURE = table("area_prefecture", column("code", Text), column("prefecture", Text))
REPLY_COUNT = table(
    "reply_count", column("broadcast_id", BigInteger), column("kind", Text), column("key", Text),
    column("asked", BigInteger), column("answered", BigInteger),
)  # fmt: skip
"""The view that adds steps to totals."""

MOST_FOLDED = 200
# Locked in one order, so that two who fold never wait for each other in a circle.
FOLD = """
    WITH taken AS (
        SELECT id FROM reply_step ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ), parts AS MATERIALIZED (
        SELECT * FROM reply_step_part WHERE step_id IN (SELECT id FROM taken)
    ), shares AS (
        INSERT INTO reply_department AS there (broadcast_id, department_id, kind, key, asked, answered)
        SELECT broadcast_id, department_id, kind, CASE WHEN kind = 'area' THEN coalesce(prefecture, '') ELSE key END, 0,
               sum(answered)
        FROM parts LEFT JOIN area_prefecture ON kind = 'area' AND code = key
        WHERE kind <> 'department' AND department_id IS NOT NULL
        GROUP BY 1, 2, 3, 4 HAVING sum(answered) <> 0 ORDER BY 1, 2, 3, 4
        ON CONFLICT (broadcast_id, department_id, kind, key) DO UPDATE SET answered = there.answered + excluded.answered
    ), totals AS (
        INSERT INTO reply_total AS there (broadcast_id, round, kind, key, asked, answered, latest_at)
        SELECT broadcast_id, round, kind, key, 0, sum(answered), max(at) FROM parts
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (broadcast_id, round, kind, key) DO UPDATE
        SET answered = there.answered + excluded.answered, latest_at = greatest(there.latest_at, excluded.latest_at)
    ), gone AS (
        DELETE FROM reply_step WHERE id IN (SELECT id FROM taken) RETURNING broadcast_id, cardinality(moments) AS people
    )
    SELECT broadcast_id, count(*) AS steps, sum(people) AS people FROM gone GROUP BY 1
"""
TOTALS = """
    SELECT kind, key, sum(asked)::bigint AS asked, sum(answered)::bigint AS answered, max(latest_at) AS latest_at
    FROM reply_count WHERE broadcast_id = %(broadcast_id)s GROUP BY 1, 2
"""
TOTALS_OF = """
    SELECT kind, key, sum(asked)::bigint AS asked, sum(answered)::bigint AS answered, max(latest_at) AS latest_at
    FROM reply_count WHERE broadcast_id = %(broadcast_id)s AND kind = 'department' AND key = ANY(%(keys)s) GROUP BY 1, 2
    UNION ALL
    SELECT kind, key, sum(asked)::bigint, sum(answered)::bigint, NULL
    FROM reply_department_count WHERE broadcast_id = %(broadcast_id)s AND department_id = ANY(%(ids)s) GROUP BY 1, 2
"""


def count_part(broadcast_id: int, number: int, came: CTE) -> Insert:
    """Return the statement that adds to the totals of a round those who ``came``, the recipients that it makes.

    Nobody of them has answered yet. ``came`` has their ``department_id`` and ``area_code``.
    """
    department, area, asked = came.c.department_id, came.c.area_code, func.count().label("asked")
    # Read once: PostgreSQL takes ``came`` for a handful of rows and would look areas up one person at a time.
    lies_in = select(AREA_PREFECTURE).cte("lies_in").prefix_with("MATERIALIZED")
    prefecture = func.coalesce(lies_in.c.prefecture, "").label("key")
    shares = (
        select(literal(broadcast_id), department, literal("area"), prefecture, asked, literal(0))
        .outerjoin(lies_in, lies_in.c.code == area)
        .where(department.is_not(None))
        .group_by(department, lies_in.c.prefecture)
        .order_by(department, prefecture)
    )
    by_kind = union_all(
        select(literal("area").label("kind"), func.coalesce(area, "").label("key"), asked).group_by(area),
        select(literal("department"), func.coalesce(cast(department, Text), ""), asked).group_by(department),
    ).subquery("by_kind")
    totals = select(
        literal(broadcast_id), literal(number), by_kind.c.kind, by_kind.c.key, by_kind.c.asked, literal(0)
    ).order_by(by_kind.c.kind, by_kind.c.key)
    kept = _added(ReplyDepartment, ["broadcast_id", "department_id", "kind", "key"], shares).cte("kept")
    return _added(ReplyTotal, ["broadcast_id", "round", "kind", "key"], totals).add_cte(kept)


def _added(model: type[ReplyTotal | ReplyDepartment], key: list[str], rows: Select[Any]) -> Insert:
    """Add what is asked to rows that are there; others are made. In order, so that nobody waits in a circle."""
    statement = insert(model).from_select([*key, "asked", "answered"], rows)
    return statement.on_conflict_do_update(index_elements=key, set_={"asked": model.asked + statement.excluded.asked})


def count_round(tx: Transaction, broadcast_id: int, number: int) -> None:
    """Make the totals of a round of which there are none yet, from its recipients."""
    tx.execute(COUNT_ROUND, {"broadcast_id": broadcast_id, "round": number})


def fold(tx: Transaction) -> int:
    """Take the oldest steps into the totals and tell of the replies; return how many. Two at once take different ones.

    Whoever listens hears once of what a drill brings in seconds, instead of with every batch.
    """
    folded = tx.plain(FOLD, {"most": MOST_FOLDED})
    if folded:
        tx.tell(BroadcastAnswered({row.broadcast_id: row.people for row in folded}))
    return sum(row.steps for row in folded)


@job("broadcasts.fold_totals", periodic=EVERY_FIVE_SECONDS)
def fold_all() -> None:
    """Take the steps into the totals; those who answer and those who look wait for nothing meanwhile."""
    steps = MOST_FOLDED
    while steps == MOST_FOLDED:
        with transaction(Actor.system("broadcasts.fold_totals")) as tx:
            steps = fold(tx)


def totals(tx: Transaction, broadcast_id: int) -> Iterable[Any]:
    """Return the totals of all rounds: kind, key, how many were asked and have answered, and when the last one did."""
    return tx.plain(TOTALS, {"broadcast_id": broadcast_id})


def totals_of(tx: Transaction, broadcast_id: int, department_ids: Collection[int]) -> Iterable[Any]:
    """Return the same for the people who were in these departments; areas are prefectures."""
    ids = list(department_ids)
    return tx.plain(TOTALS_OF, {"broadcast_id": broadcast_id, "ids": ids, "keys": [str(one) for one in ids]})
