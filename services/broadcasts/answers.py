"""Who answered what, and who has not (回答一覧, D14)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from core.actor import Reach
from core.errors import Invalid
from core.i18n import N_, language, listed
from core.inputs import Row, field
from core.operations import query
from core.paging import COUNT_CAP, Page, PageAsk, fetch_page
from core.prepared import Columns
from core.transaction import Transaction
from core.words import named as words
from data.models.access import Account
from data.models.areas import Area
from data.models.broadcasts import Broadcast, QuestionKind, Recipient
from data.models.people import Department, Person
from data.models.people_search import PersonSearch
from services.access import has_letters, once_within, search_within
from services.broadcasts.audience import areas_below, departments_below
from services.broadcasts.questions import QuestionRow
from services.broadcasts.sight import get_seen, over, with_departments

COUNTED_WITHIN = 1_000
"""Where the count stops for whoever reaches some people only: the database asks of each one whether it may be seen."""


class Answered(StrEnum):
    """Whose answers."""

    ALL = "all"
    YES = "yes"
    NO = "no"


words(Answered, all=N_("All"), yes=N_("Has answered"), no=N_("Has not answered"))


class AnswersAsk(PageAsk):
    """Which people of one broadcast; ``question`` and ``option`` find those who chose an option."""

    broadcast_id: int = field(N_("Broadcast"), hidden=True)
    text: str = field(N_("Name, kana or code"), default="", max_length=100, personal=True)
    answered: Answered = field(N_("Answer"), default=Answered.ALL)
    department_id: int | None = field(N_("Department and all below"), default=None, of="people.department_choices")
    area_code: str | None = field(
        N_("Region and all in it"), default=None, of="people.area_choices", sought="people.region_of"
    )
    question: str | None = field(N_("Question"), default=None, hidden=True)
    option: str | None = field(N_("Choice"), default=None, hidden=True)


class AnswerLine(Row):
    """A person who was asked, with the answers as people read them, by question: those with a title go into files too.

    ``latest`` has every question of the broadcast, so that each line of a file has the same columns.
    """

    person_id: int
    code: str = field(N_("Code"))
    name: str = field(N_("Name"))
    kana: str = field(N_("Kana"))
    department: str = field(N_("Department"))
    area: str = field(N_("Region"))
    latest_at: datetime | None = field(N_("Answered at"))
    first_at: datetime | None = field(N_("First answered at"))
    answers: int = field(N_("Times answered"))
    entered_by: str = field(N_("Entered by phone by"))
    """Who entered the latest answer for the person; empty where the person answered."""

    note: str = field(N_("Note"))
    first_entered_by: str = field(N_("First entered by phone by"))
    latest: dict[str, str] = field(N_("Answers"))
    first: dict[str, str]


@query("broadcasts.answers", N_("See answers"))
def answers(tx: Transaction, ask: AnswersAsk) -> Page[AnswerLine]:
    """Return a page of the people asked within reach, in the order of their kana, with their answers.

    Files of it (回答CSV出力) need the permission to export.

    Raises:
        NotFound: when the broadcast does not exist or asked nobody within reach.
        Invalid: when there is no such question or choice.
    """
    broadcast = get_seen(tx, ask.broadcast_id, answers.reach(tx))
    questions = questions_of(broadcast)
    reach = over(answers.reach(tx), broadcast, tx.actor)
    statement = asked_people(ask, questions).where(search_within(reach, tx.actor.person_id))
    orders = {"name": (PersonSearch.sort_key, PersonSearch.person_id), "code": (Person.code,)}
    cap = COUNT_CAP if reach.whole else COUNTED_WITHIN
    counted = _counted(ask, questions, reach)
    return fetch_page(
        tx, statement, ask, orders=orders, make=lambda row: answer_line(row, questions), cap=cap, counted=counted
    )


def questions_of(broadcast: Broadcast) -> list[QuestionRow]:
    """Return the questions that a broadcast asked."""
    return [QuestionRow.model_validate(question) for question in broadcast.questions]


def asked_people(ask: AnswersAsk, questions: list[QuestionRow]) -> Columns:
    """Return the statement of the recipients that a search means, without the actor's reach."""
    area_name = Area.name if language() == "ja" else Area.name_en
    return (
        select(
            Recipient,
            Person,
            Department.full_name,
            area_name.label("area_name"),
            entered_by(Recipient.latest_by).label("entered_by"),
            entered_by(Recipient.first_by).label("first_entered_by"),
        )
        .join(Person, Person.id == Recipient.person_id)
        .join(PersonSearch, PersonSearch.person_id == Recipient.person_id)
        .outerjoin(Department, Department.id == Recipient.department_id)
        .outerjoin(Area, Area.code == Recipient.area_code)
        .where(*_meant(ask, questions), *[has_letters(word) for word in ask.text.split()])
    )


def _meant(ask: AnswersAsk, questions: list[QuestionRow]) -> list[ColumnElement[bool]]:
    meant = [Recipient.broadcast_id == ask.broadcast_id]
    if ask.answered is not Answered.ALL:
        has_answered = Recipient.latest_at.is_not(None)
        meant.append(has_answered if ask.answered is Answered.YES else ~has_answered)
    if ask.department_id is not None:
        meant.append(Recipient.department_id.in_(departments_below([ask.department_id])))
    if ask.area_code is not None:
        meant.append(Recipient.area_code.in_(areas_below([ask.area_code])))
    if ask.option is not None:
        meant.append(_chose(ask, questions))
    return meant


def _chose(ask: AnswersAsk, questions: list[QuestionRow]) -> Any:
    question = next((one for one in questions if one.key == ask.question), None)
    if question is None or ask.option not in question.options:
        raise Invalid(N_("This broadcast has no such question or choice. Choose one from the list."))
    chosen: Any = [ask.option] if question.kind is QuestionKind.CHOICES else ask.option
    return Recipient.latest_answer.contains({question.key: chosen})


def entered_by(account_id: Any) -> ColumnElement[str | None]:
    """Return the name of whoever has this account, for a column of accounts."""
    by = aliased(Person)
    name = func.concat_ws(" ", by.family_name, by.given_name)
    found = select(name).join(Account, Account.person_id == by.id).where(Account.id == account_id)
    return found.correlate(Recipient).scalar_subquery()


def _counted(ask: AnswersAsk, questions: list[QuestionRow], reach: Reach) -> Columns | None:
    # Whoever is only counted needs no name. Letters and the own person are found as the list finds them.
    if ask.text or reach.own:
        return None
    found = select(Recipient.person_id).where(*_meant(ask, questions))
    return found if reach.whole else with_departments(found).where(once_within(reach))


def answer_line(row: Any, questions: list[QuestionRow]) -> AnswerLine:
    """Return a row of ``asked_people`` for people to read."""
    one = row.Recipient
    return AnswerLine(
        person_id=one.person_id,
        code=row.Person.code,
        name=row.Person.name,
        kana=f"{row.Person.family_kana} {row.Person.given_kana}".strip(),
        department=row.full_name or "",
        area=row.area_name or "",
        first_at=one.first_at,
        latest_at=one.latest_at,
        answers=one.answers,
        entered_by=row.entered_by or "",
        note=one.note or "",
        first_entered_by=row.first_entered_by or "",
        latest=shown(one.latest_answer, questions),
        first=shown(one.first, questions),
    )


def shown(answer: dict[str, Any] | None, questions: list[QuestionRow]) -> dict[str, str]:
    """Return an answer as people read it, for every question by its label; empty where it was left out."""
    given = answer or {}
    return {one.label: said(one, given[one.key]) if one.key in given else "" for one in questions}


def said(question: QuestionRow, value: Any) -> str:
    """Return the answer to one question as people read it."""
    if isinstance(value, list):
        return listed(value)
    return f"{value:,} {question.unit}".strip() if isinstance(value, int) else str(value)
