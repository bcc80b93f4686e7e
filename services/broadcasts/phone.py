"""Answers by phone (電話での回答): the office enters for somebody what that person says, marked as such."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.errors import Invalid, NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, Recipient
from data.models.people import Person
from services.access import people_within
from services.broadcasts.answering import read_answer
from services.broadcasts.answers import entered_by, questions_of, shown
from services.broadcasts.asked import answerable
from services.broadcasts.questions import QuestionRow
from services.broadcasts.sight import get_seen
from services.broadcasts.storing import store_replies

FIELD = "q"
"""What stands before a question's key in the names of the fields of a form."""

NOBODY = 0
"""The account, where none has entered it but the system itself."""

CLOSED = N_("Answers to this broadcast are not taken any more.")
LOOK_AGAIN = N_("The answer is not entered yet. Look at the questions that are marked.")


class WhoAnswers(Input):
    """Whose answer to which broadcast."""

    broadcast_id: int = field(N_("Broadcast"), hidden=True)
    person_id: int = field(N_("Person"), hidden=True)


class AnswerFor(WhoAnswers):
    """What somebody said, by question key, each as the reply page would send it: a choice is its text."""

    answers: dict[str, list[str]] = field(N_("Answers"), default={}, personal=True, max_length=100)
    note: str = field(
        N_("Note"), default="", max_length=500, multiline=True, personal=True,
        help=N_("Who called and what else was said. The office sees it, the person does not."),
    )  # fmt: skip


class ToAnswer(Row):
    """What somebody is asked, and what the latest answer was; ``taken``: answers are."""

    broadcast_id: int
    person_id: int
    title: str
    name: str
    code: str
    taken: bool
    questions: list[QuestionRow]
    latest_at: datetime | None
    latest: dict[str, str]
    entered_by: str
    note: str


class Entered(Row):
    """Whose answer was entered: ``id`` is the person's."""

    id: int
    broadcast_id: int


@dataclass(frozen=True)
class Said:
    """An answer that was entered; it came by no mail, so it proves nothing about any address."""

    broadcast_id: int
    person_id: int
    answer: dict[str, Any]
    at: datetime
    by: int | None
    note: str | None
    delivery_id: None = None


@query("broadcasts.to_answer", N_("See what somebody is asked"))
def to_answer(tx: Transaction, ask: WhoAnswers) -> ToAnswer:
    """Return the questions of a broadcast to somebody within reach, and the latest answer.

    Raises:
        NotFound: when the broadcast did not ask this person, or the person is out of reach.
    """
    broadcast = get_seen(tx, ask.broadcast_id, to_answer.reach(tx))
    found = tx.execute(
        select(Recipient, Person, entered_by(Recipient.latest_by).label("entered_by"))
        .join(Person, Person.id == Recipient.person_id)
        .where(Recipient.broadcast_id == broadcast.id, Recipient.person_id == ask.person_id)
        .where(people_within(to_answer.reach(tx), tx.actor))
    ).one_or_none()
    if found is None:
        raise NotFound(N_("This broadcast did not ask this person, or the person is outside your reach."))
    recipient, person, entered = found
    questions = questions_of(broadcast)
    return ToAnswer(
        broadcast_id=broadcast.id, person_id=person.id, title=broadcast.title, name=person.name, code=person.code,
        taken=_taken(tx, broadcast.id), questions=questions, latest_at=recipient.latest_at,
        latest=shown(recipient.latest_answer, questions), entered_by=entered or "", note=recipient.note or "",
    )  # fmt: skip


@operation("broadcasts.answer_for", N_("Enter answers by phone"), touches="recipient")
def answer_for(tx: Transaction, ask: AnswerFor) -> Entered:
    """Enter an answer for somebody (電話での回答): it counts like one of the person, who may answer again later.

    Raises:
        NotFound: when the broadcast did not ask this person, or the person is out of reach.
        Refused: when answers are not taken any more.
        Invalid: when an answer breaks a rule of its question; the fields are ``q`` and the question's key.
    """
    broadcast = get_seen(tx, ask.broadcast_id, answer_for.reach(tx))
    if not _taken(tx, broadcast.id):
        raise Refused(CLOSED)
    questions = questions_of(broadcast)
    answer = _read(questions, ask.answers)
    said = Said(broadcast.id, ask.person_id, answer, tx.now, tx.actor.account_id or NOBODY, ask.note or None)
    stored, _refused = store_replies(tx, answer_for.reach(tx), [said])
    if not stored:
        raise NotFound(N_("This broadcast did not ask this person, or the person is outside your reach."))
    tx.note(f"recipient:{ask.person_id}", None, {"broadcast_id": broadcast.id, "by_phone": True})
    return Entered(id=ask.person_id, broadcast_id=broadcast.id)


def _taken(tx: Transaction, broadcast_id: int) -> bool:
    return tx.scalar(select(Broadcast.id).where(Broadcast.id == broadcast_id, answerable(tx.now))) is not None


def _read(questions: list[QuestionRow], given: Mapping[str, list[str]]) -> dict[str, Any]:
    answer, wrong = read_answer(questions, given)
    if wrong:
        raise Invalid(LOOK_AGAIN, fields={f"{FIELD}{key}": sentence for key, sentence in wrong.items()})
    return answer
