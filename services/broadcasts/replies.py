"""Replies (回答, D13): who is asked by a link, and storing answers, many at once.

The first and the latest answer of a person are both kept. Storing is a list engine: whoever collects replies (one a
request today, a group for each commit later) hands them over together.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, column, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from core.i18n import N_, language
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, Recipient
from data.models.delivery import Delivery, Mailing
from data.models.people import Person
from data.models.setup import Organisation
from services import delivery
from services.access import people_within
from services.broadcasts.questions import QuestionRow
from services.broadcasts.tally import tally_of
from services.broadcasts.totals import Change, add_replies
from services.events import BroadcastAnswered

ANSWERABLE_FOR = timedelta(days=180)
"""A link answers this long after the sending, if nobody closes the broadcast before."""

ANSWERABLE = (BroadcastState.SENDING, BroadcastState.STOPPED, BroadcastState.OPEN)


class Asked(Row):
    """A person asked by a broadcast, as the reply page needs it; ``delivery_id`` is the mail whose link was opened."""

    delivery_id: int
    broadcast_id: int
    person_id: int
    person: str
    language: str
    organisation: str
    kind: BroadcastKind
    title: str
    introduction: str
    questions: list[QuestionRow]
    answerable: bool
    latest_answer: dict[str, Any] | None
    latest_at: datetime | None
    title_en: str = ""
    introduction_en: str = ""
    corrected: bool = False
    """A correction of it was sent: ``correcting.said_to`` has what it says."""

    @property
    def shown_title(self) -> str:
        """Return the title in the current language."""
        return self.title_en or self.title if language() == "en" else self.title

    @property
    def shown_introduction(self) -> str:
        """Return what stands above the questions, in the current language."""
        return self.introduction_en or self.introduction if language() == "en" else self.introduction

    @property
    def is_drill(self) -> bool:
        """Say whether the page has to say that it is a drill."""
        return self.kind is BroadcastKind.DRILL

    @property
    def is_test(self) -> bool:
        """Say whether the page has to say that nothing has happened."""
        return self.kind is BroadcastKind.TEST


class Reply(Input):
    """One answer: ``answer`` as ``answering.read_answer`` made it, ``at`` the moment it came in.

    ``delivery_id`` names the mail whose link was used: that one has reached its person.
    """

    broadcast_id: int = field(N_("Broadcast"))
    person_id: int = field(N_("Person"))
    answer: dict[str, Any] = field(N_("Answer"))
    at: datetime = field(N_("Time"))
    delivery_id: int | None = field(N_("Delivery"), default=None)


class Replies(Input):
    """Answers in the order in which they came in."""

    replies: list[Reply] = field(N_("Replies"), personal=True, max_length=5_000)


class Recorded(Row):
    """Whose answers were stored, as pairs of broadcast and person; the others could not be answered any more."""

    stored: frozenset[tuple[int, int]]


def find_asked(tx: Transaction, token: str) -> Asked | None:
    """Return who was asked what by the link with this token, or None if we never sent such a link."""
    delivery_id = delivery.verify(token)
    if delivery_id is None:
        return None
    found = tx.execute(
        select(Broadcast, Recipient, Person, Organisation.name, answerable(tx.now))
        .select_from(Delivery)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Broadcast, Broadcast.id == Mailing.broadcast_id)
        .join(Recipient, and_(Recipient.broadcast_id == Broadcast.id, Recipient.person_id == Delivery.person_id))
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Organisation, Organisation.id == 1)
        .where(Delivery.id == delivery_id)
    ).first()
    if found is None:
        return None
    broadcast, recipient, person, organisation, open_now = found
    return Asked(
        delivery_id=delivery_id,
        broadcast_id=broadcast.id,
        person_id=person.id,
        person=person.name,
        language=person.language,
        organisation=organisation or "",
        kind=broadcast.kind,
        title=broadcast.title,
        introduction=broadcast.introduction,
        questions=[QuestionRow.model_validate(question) for question in broadcast.questions],
        answerable=open_now,
        latest_answer=recipient.latest_answer,
        latest_at=recipient.latest_at,
        title_en=broadcast.title_en,
        introduction_en=broadcast.introduction_en,
        corrected=broadcast.corrected_at is not None,
    )


def answerable(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition on ``broadcast`` that holds while answers are taken."""
    return and_(Broadcast.state.in_(ANSWERABLE), Broadcast.sent_at > now - ANSWERABLE_FOR)


@operation("broadcasts.record_replies", N_("Record replies"), touches="recipient")
def record(tx: Transaction, ask: Replies) -> Recorded:
    """Store answers: the first one of a person stays the first, the last one becomes the latest (D13).

    Two phones at once queue on the recipient's row. Answers to a broadcast that was closed, and of people who were not
    asked or are out of the actor's reach, are not stored; the result says whose were.
    """
    groups: dict[tuple[int, int], list[Reply]] = {}
    for reply in ask.replies:
        groups.setdefault((reply.broadcast_id, reply.person_id), []).append(reply)
    there = _lock(tx, list(groups))
    stored = {key: _values(groups[key], found.questions) for key, found in there.items()}
    if stored:
        _store(tx, list(stored.values()))
        used = {one.delivery_id for key in stored for one in groups[key] if one.delivery_id is not None}
        delivery.arrived(tx, sorted(used))
        # Last, since everybody who answers the same waits for these rows until this is committed.
        add_replies(tx, [_change(found.recipient, stored[key]["tally"], groups[key]) for key, found in there.items()])
        tx.tell(BroadcastAnswered(Counter(broadcast_id for broadcast_id, _person_id in stored)))
    tx.note("recipient", None, {"stored": len(stored), "refused": len(groups) - len(stored)})
    return Recorded(stored=frozenset(stored))


@dataclass(frozen=True)
class Locked:
    """A recipient as it is before a reply, nobody else changing it, and what it was asked."""

    recipient: Any
    questions: list[QuestionRow]


def _lock(tx: Transaction, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Locked]:
    # In one order for everybody, so that two batches with the same people never wait for each other in a circle.
    broadcasts = {broadcast_id for broadcast_id, _person_id in keys}
    found = tx.execute(
        select(Broadcast.id, Broadcast.questions).where(Broadcast.id.in_(broadcasts), answerable(tx.now))
    )
    questions = {row[0]: [QuestionRow.model_validate(question) for question in row[1]] for row in found}
    came = func.unnest(_ids(broadcast_id for broadcast_id, _ in keys), _ids(person_id for _, person_id in keys))
    pairs = came.table_valued("broadcast_id", "person_id").render_derived(name="came")
    rows = tx.execute(
        select(Recipient.broadcast_id, Recipient.person_id, Recipient.round, Recipient.department_id,
               Recipient.area_code, Recipient.tally)
        .join(pairs, and_(pairs.c.broadcast_id == Recipient.broadcast_id, pairs.c.person_id == Recipient.person_id))
        .join(Person, Person.id == Recipient.person_id)
        .where(Recipient.broadcast_id.in_(questions), people_within(record.reach(tx), tx.actor))
        .order_by(Recipient.broadcast_id, Recipient.person_id)
        .with_for_update(of=Recipient)
    )  # fmt: skip
    return {(row.broadcast_id, row.person_id): Locked(row, questions[row.broadcast_id]) for row in rows}


def _change(was: Any, tally: str, replies: list[Reply]) -> Change:
    return Change(
        broadcast_id=was.broadcast_id, round=was.round, department_id=was.department_id, area_code=was.area_code,
        before=was.tally, after=tally, at=max(reply.at for reply in replies),
    )  # fmt: skip


def _ids(numbers: Iterable[int]) -> ColumnElement[Any]:
    return literal(list(numbers), ARRAY(BigInteger))


def _values(replies: list[Reply], questions: list[QuestionRow]) -> dict[str, Any]:
    first, latest = replies[0], replies[-1]
    return {
        "broadcast_id": first.broadcast_id,
        "person_id": first.person_id,
        "first_answer": first.answer if len(replies) > 1 else None,
        "first_at": first.at.isoformat(),
        "latest_answer": latest.answer,
        "latest_at": max(reply.at for reply in replies).isoformat(),
        "tally": tally_of(questions, latest.answer),
        "answers": len(replies),
    }


def _store(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    came = (
        func.jsonb_to_recordset(bindparam("rows", rows, JSONB))
        .table_valued(
            column("broadcast_id", Recipient.broadcast_id.type),
            column("person_id", Recipient.person_id.type),
            column("first_answer", Recipient.first_answer.type),
            column("first_at", Recipient.first_at.type),
            column("latest_answer", Recipient.latest_answer.type),
            column("latest_at", Recipient.latest_at.type),
            column("tally", Recipient.tally.type),
            column("answers", Recipient.answers.type),
        )
        .render_derived(name="came", with_types=True)
    )
    tx.execute(
        update(Recipient)
        .where(Recipient.broadcast_id == came.c.broadcast_id, Recipient.person_id == came.c.person_id)
        .values(
            first_answer=case(
                (Recipient.first_at.is_(None), came.c.first_answer),
                else_=func.coalesce(Recipient.first_answer, Recipient.latest_answer),
            ),
            first_at=func.coalesce(Recipient.first_at, came.c.first_at),
            latest_answer=came.c.latest_answer,
            # Whoever got the lock later is later, whatever the two clocks said.
            latest_at=func.greatest(Recipient.latest_at, came.c.latest_at),
            tally=came.c.tally,
            answers=Recipient.answers + came.c.answers,
        )
        .execution_options(synchronize_session=False)
    )
