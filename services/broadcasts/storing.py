"""Storing replies with everything that follows from them, in a handful of statements however many they are.

Written as the driver reads it: a busy reply page stores hundreds together, many times a second.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import BigInteger, Select, and_, bindparam, column, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from core.actor import Reach
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, Recipient
from data.models.people import Person
from services import delivery
from services.access import people_of
from services.broadcasts.asked import answerable
from services.broadcasts.questions import QuestionRow
from services.broadcasts.tally import tally_of

Key = tuple[int, int]
"""Broadcast and person."""

NOBODY: Key = (0, 0)

# What it changes is told as a step of the totals: nobody waits for those who answer the same.
STORE = """
    WITH stored AS (
        UPDATE recipient
        SET first_answer = CASE WHEN recipient.first_at IS NULL THEN came.first_answer
                                ELSE coalesce(recipient.first_answer, recipient.latest_answer) END,
            first_by = CASE WHEN recipient.first_at IS NULL THEN came.first_by ELSE recipient.first_by END,
            first_at = coalesce(recipient.first_at, came.first_at),
            latest_answer = came.latest_answer,
            -- Whoever got the lock later is later, whatever the two clocks said.
            latest_at = greatest(recipient.latest_at, came.latest_at),
            latest_by = came.latest_by,
            note = came.note,
            tally = came.tally,
            answers = recipient.answers + came.answers
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS came (broadcast_id bigint, person_id bigint, first_answer jsonb, first_at timestamptz, first_by bigint,
                      latest_answer jsonb, latest_at timestamptz, latest_by bigint, note text, before text, tally text,
                      answers bigint)
        WHERE recipient.broadcast_id = came.broadcast_id AND recipient.person_id = came.person_id
        RETURNING recipient.broadcast_id, recipient.round, recipient.department_id, recipient.area_code, came.before,
                  came.tally, came.latest_at
    )
    INSERT INTO reply_step (broadcast_id, rounds, departments, areas, befores, afters, moments)
    SELECT broadcast_id, array_agg(round), array_agg(department_id), array_agg(area_code), array_agg(before),
           array_agg(tally), array_agg(latest_at)
    FROM stored GROUP BY broadcast_id
"""


class Given(Protocol):
    """An answer that somebody gave, or that was entered for somebody: ``by`` is then the account that did."""

    @property
    def broadcast_id(self) -> int: ...  # noqa: D102
    @property
    def person_id(self) -> int: ...  # noqa: D102
    @property
    def answer(self) -> dict[str, Any]: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def delivery_id(self) -> int | None: ...  # noqa: D102
    @property
    def by(self) -> int | None: ...  # noqa: D102
    @property
    def note(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True)
class Locked:
    """A recipient as it is before a reply, nobody else changing it, and what it was asked."""

    tally: str | None
    questions: list[QuestionRow]


def store_replies(tx: Transaction, reach: Reach, replies: Sequence[Given]) -> tuple[set[Key], int]:
    """Store answers in the order in which they came, with what the totals and the ledger learn from them.

    Returns whose were stored, and how many people's were refused: not asked, out of reach, or not answerable any more.
    """
    groups: dict[Key, list[Given]] = defaultdict(list)
    for reply in replies:
        groups[reply.broadcast_id, reply.person_id].append(reply)
    there = _lock(tx, reach, list(groups)) if groups else {}
    if there:
        came = {one.delivery_id for key in there for one in groups[key] if one.delivery_id is not None}
        _store(tx, [_values(groups[key], found) for key, found in there.items()], sorted(came))
    return set(there), len(groups) - len(there)


def store_none(tx: Transaction, reach: Reach) -> None:
    """Send what storing replies sends, with none in it: SQLAlchemy, and PostgreSQL on this connection, then know it."""
    _lock(tx, reach, [NOBODY])
    _store(tx, [], [])


def _store(tx: Transaction, values: Sequence[Mapping[str, Any]], delivery_ids: Sequence[int]) -> None:
    tx.plain(STORE, {"rows": json.dumps(values, ensure_ascii=False)})
    delivery.arrived(tx, delivery_ids)


def _lock(tx: Transaction, reach: Reach, keys: Sequence[Key]) -> Mapping[Key, Locked]:
    broadcasts, people = zip(*keys, strict=True)
    rows = tx.rows(
        _asked(reach, tx.actor.person_id), broadcasts=list(broadcasts), people=list(people),
        ids=sorted(set(broadcasts)), now=tx.now,
    )  # fmt: skip
    questions = {
        row.broadcast_id: [QuestionRow.model_validate(one) for one in row.questions]
        for row in rows
        if row.person_id is None
    }
    return {
        (row.broadcast_id, row.person_id): Locked(row.tally, questions[row.broadcast_id])
        for row in rows
        if row.person_id is not None and row.broadcast_id in questions
    }


IDS = ARRAY(BigInteger)


@lru_cache(maxsize=64)
def _asked(reach: Reach, person_id: int | None) -> Prepared:
    """Return what locks recipients, and reads the questions of broadcasts that take answers: one row each."""
    locked = _recipients(reach, person_id).cte("locked")
    nobody, nothing = literal(None, BigInteger), literal(None, Recipient.tally.type)
    said = select(Broadcast.id, nobody, nothing, Broadcast.questions).where(
        Broadcast.id == func.any(bindparam("ids", type_=IDS)),
        answerable(bindparam("now", type_=Broadcast.sent_at.type)),
    )
    unsaid = literal(None, Broadcast.questions.type).label("questions")
    return Prepared(union_all(select(locked, unsaid), said))


def _recipients(reach: Reach, person_id: int | None) -> Select[*tuple[Any, ...]]:
    # In one order for everybody, so that two batches with the same people never wait for each other in a circle.
    came = func.unnest(bindparam("broadcasts", type_=IDS), bindparam("people", type_=IDS))
    pairs = came.table_valued(column("broadcast_id", BigInteger), column("person_id", BigInteger))
    pairs = pairs.render_derived(name="came")
    statement = select(
        Recipient.broadcast_id, Recipient.person_id, Recipient.tally,
    ).join(
        pairs, and_(pairs.c.broadcast_id == Recipient.broadcast_id, pairs.c.person_id == Recipient.person_id)
    )  # fmt: skip
    if not reach.whole:
        statement = statement.join(Person, Person.id == Recipient.person_id).where(people_of(reach, person_id))
    ordered = statement.order_by(Recipient.broadcast_id, Recipient.person_id)
    return ordered.with_for_update(of=Recipient)


def _values(replies: Sequence[Given], was: Locked) -> dict[str, Any]:
    first, latest = replies[0], replies[-1]
    return {
        "broadcast_id": first.broadcast_id,
        "person_id": first.person_id,
        "first_answer": first.answer if len(replies) > 1 else None,
        "first_at": first.at.isoformat(),
        "first_by": first.by,
        "latest_answer": latest.answer,
        "latest_at": max(reply.at for reply in replies).isoformat(),
        "latest_by": latest.by,
        "note": latest.note,
        "before": was.tally,
        "tally": tally_of(was.questions, latest.answer, by_phone=latest.by is not None),
        "answers": len(replies),
    }
