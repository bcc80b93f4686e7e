"""Totals of the replies to a broadcast, kept in the transaction that changes its recipients (D14).

There are as many as departments, areas and different answers, however many people were asked: counting 100,000
recipients takes PostgreSQL 35 to 70 ms, reading their totals 2.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Row, cast, func, select, text

from core.transaction import Transaction
from data.models.broadcasts import ReplyTotal, TotalKind
from services.broadcasts.tally import parts_of

COUNT_ROUND = text("""
    INSERT INTO reply_total (broadcast_id, round, kind, key, asked, answered, latest_at)
    SELECT broadcast_id, round, 'department', coalesce(department_id::text, ''),
           count(*), count(latest_at), max(latest_at)
    FROM recipient WHERE broadcast_id = :broadcast_id AND round = :round GROUP BY 1, 2, 4
    UNION ALL
    SELECT broadcast_id, round, 'area', coalesce(area_code, ''), count(*), count(latest_at), max(latest_at)
    FROM recipient WHERE broadcast_id = :broadcast_id AND round = :round GROUP BY 1, 2, 4
    UNION ALL
    SELECT broadcast_id, round, 'answer', part.position - 1 || ':' || part.text, 0, count(*), max(latest_at)
    FROM recipient, string_to_table(tally, ',') WITH ORDINALITY AS part (text, position)
    WHERE broadcast_id = :broadcast_id AND round = :round AND part.text <> '' GROUP BY 1, 2, 4
""")
# Locked in one order, so that two batches of replies never wait for each other in a circle.
ADD = text("""
    INSERT INTO reply_total (broadcast_id, round, kind, key, asked, answered, latest_at)
    SELECT broadcast_id, round, kind, key, 0, answered, latest_at
    FROM unnest(CAST(:broadcasts AS bigint[]), CAST(:rounds AS bigint[]), CAST(:kinds AS text[]), CAST(:keys AS text[]),
                CAST(:answered AS bigint[]), CAST(:moments AS timestamptz[]))
         AS new (broadcast_id, round, kind, key, answered, latest_at)
    ORDER BY broadcast_id, round, kind, key
    ON CONFLICT (broadcast_id, round, kind, key) DO UPDATE
    SET answered = reply_total.answered + excluded.answered,
        latest_at = greatest(reply_total.latest_at, excluded.latest_at)
""")


@dataclass(frozen=True)
class Change:
    """What replies changed at one recipient: the tally before (None: had not answered) and after, and the moment."""

    broadcast_id: int
    round: int
    department_id: int | None
    area_code: str | None
    before: str | None
    after: str
    at: datetime


def count_round(tx: Transaction, broadcast_id: int, number: int) -> None:
    """Make the totals of a round of which there are none yet, from its recipients."""
    tx.execute(COUNT_ROUND, {"broadcast_id": broadcast_id, "round": number})


def add_replies(tx: Transaction, changes: Iterable[Change]) -> None:
    """Bring the totals in step with replies that were stored; the recipients are locked already."""
    answered: Counter[tuple[int, int, str, str]] = Counter()
    latest: dict[tuple[int, int, str, str], datetime] = {}
    for change in changes:
        for kind, key, more in _steps(change):
            total = (change.broadcast_id, change.round, kind, key)
            answered[total] += more
            latest[total] = max(change.at, latest.get(total, change.at))
    broadcasts, rounds, kinds, keys = zip(*answered, strict=True)
    tx.execute(ADD, {
        "broadcasts": list(broadcasts), "rounds": list(rounds), "kinds": list(kinds), "keys": list(keys),
        "answered": list(answered.values()), "moments": [latest[total] for total in answered],
    })  # fmt: skip


def _steps(change: Change) -> Iterable[tuple[TotalKind, str, int]]:
    is_new = int(change.before is None)
    yield TotalKind.DEPARTMENT, str(change.department_id or ""), is_new
    yield TotalKind.AREA, change.area_code or "", is_new
    if change.before != change.after:
        for parts, more in ((parts_of(change.before or ""), -1), (parts_of(change.after), 1)):
            for position, part in parts:
                yield TotalKind.ANSWER, f"{position}:{part}", more


def totals(tx: Transaction, broadcast_id: int) -> Iterable[Row[TotalKind, str, int, int, datetime | None]]:
    """Return the totals of all rounds: kind, key, how many were asked and have answered, and when the last one did."""
    statement = (
        select(ReplyTotal.kind, ReplyTotal.key, cast(func.sum(ReplyTotal.asked), BigInteger),
               cast(func.sum(ReplyTotal.answered), BigInteger), func.max(ReplyTotal.latest_at))
        .where(ReplyTotal.broadcast_id == broadcast_id)
        .group_by(ReplyTotal.kind, ReplyTotal.key)
    )  # fmt: skip
    return tx.execute(statement)
