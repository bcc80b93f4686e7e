"""Question forms (設問フォーム, D08): what a broadcast asks, in order, and which answers are required."""

from collections import defaultdict
from typing import Any

from pydantic import field_validator
from sqlalchemy import delete, select

from core.i18n import N_
from core.inputs import Input, Nothing, Row, WrongValue, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.broadcasts import Question, QuestionForm
from services.broadcasts.changing import delete_unused, for_change, require_free_name, saving
from services.broadcasts.kept import FORMS
from services.broadcasts.questions import NewQuestion, QuestionRow, require_order
from services.broadcasts.texts import Line
from services.changes import keeping

MAX_QUESTIONS = 30
GONE = N_("This form does not exist any more. Go back to the list.")
TAKEN = N_("There is already a form “{name}”. Choose another name.")
USED = N_("“{name}” is used by a rule. Choose another form there first.")


class FormRow(Row):
    """A form with its questions."""

    id: int
    version: int
    name: str
    introduction: str
    introduction_en: str
    sample: str | None
    questions: list[QuestionRow]

    @property
    def value(self) -> int:
        """Return what a choice stores."""
        return self.id

    @property
    def label(self) -> str:
        """Return what a choice shows."""
        return self.name


class EditForm(Input):
    """A form to make (without ``id``) or to change, with all its questions in order."""

    id: int | None = field(N_("Form"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    name: Line = field(N_("Name"), min_length=1, max_length=80)
    introduction: str = field(
        N_("Introduction"), default="", max_length=2_000, multiline=True, help=N_("Stands above the questions.")
    )
    introduction_en: str = field(N_("Introduction in English"), default="", max_length=2_000, multiline=True)
    questions: list[NewQuestion] = field(N_("Questions"), min_length=1, max_length=MAX_QUESTIONS)

    @field_validator("questions")
    @classmethod
    def _told_apart(cls, questions: list[NewQuestion]) -> list[NewQuestion]:
        labels = [question.label for question in questions]
        if twice := next((label for label in labels if labels.count(label) > 1), None):
            raise WrongValue(N_("The question “{label}” stands there twice."), label=twice)
        require_order(questions)
        return questions


class DeleteForm(Input):
    """Which form to delete."""

    id: int = field(N_("Form"), of="broadcasts.forms")


@query("broadcasts.forms", N_("See question forms"))
def forms(tx: Transaction, _ask: Nothing) -> list[FormRow]:
    """Return all forms by name, with their questions (D08)."""
    questions: dict[int, list[QuestionRow]] = defaultdict(list)
    for row in tx.execute(select(Question).order_by(Question.form_id, Question.position)).scalars():
        questions[row.form_id].append(QuestionRow.model_validate(row))
    rows = tx.execute(select(QuestionForm).order_by(QuestionForm.name)).scalars()
    return [form_row(row, questions[row.id]) for row in rows]


@operation("broadcasts.edit_form", N_("Make and edit question forms"), touches="question_form")
def edit_form(tx: Transaction, ask: EditForm) -> FormRow:
    """Make or change a form (設問フォーム編集, D08). Broadcasts sent with it before keep their own questions.

    Raises:
        NotFound: when it was deleted meanwhile.
        Conflict: when somebody else saved it meanwhile.
        Refused: when another form has the name.
    """
    row = for_change(tx, QuestionForm, ask.id, ask.version, GONE)
    require_free_name(tx, QuestionForm, ask.name, ask.id, TAKEN)
    before = plain(questions_of(tx, row.id)) if ask.id else None
    with saving(tx, FORMS, row):
        row.name, row.introduction, row.introduction_en = ask.name, ask.introduction, ask.introduction_en
        tx.add(row)
        questions = replace_questions(tx, row.id, ask.questions)
    tx.note(f"question_form:{row.id}", before, plain(questions))
    return form_row(row, questions)


@operation("broadcasts.delete_form", N_("Delete question forms"), touches="question_form")
def delete_form(tx: Transaction, ask: DeleteForm) -> FormRow:
    """Delete a form. Broadcasts sent with it keep their questions and answers.

    Raises:
        NotFound: when it is gone already.
        Refused: when a rule for automatic broadcasts needs it.
    """
    row = for_change(tx, QuestionForm, ask.id, None, GONE)
    gone = form_row(row, questions_of(tx, row.id))
    with keeping(tx) as kept:
        kept.watch(FORMS, [row.id])
        delete_unused(tx, row, USED)
    tx.note(f"question_form:{gone.id}", gone.name, None)
    return gone


def replace_questions(tx: Transaction, form_id: int, asked: list[NewQuestion]) -> list[QuestionRow]:
    """Give a form these questions instead of those it had."""
    tx.execute(delete(Question).where(Question.form_id == form_id))
    rows = [
        Question(form_id=form_id, position=position, **question.model_dump())
        for position, question in enumerate(asked, start=1)
    ]
    tx.add_all(rows)
    return [QuestionRow.model_validate(row) for row in rows]


def questions_of(tx: Transaction, form_id: int) -> list[QuestionRow]:
    """Return the questions of a form in their order."""
    rows = tx.execute(select(Question).where(Question.form_id == form_id).order_by(Question.position)).scalars()
    return [QuestionRow.model_validate(row) for row in rows]


def plain(questions: list[QuestionRow]) -> list[dict[str, Any]]:
    """Return questions as a broadcast and the audit record keep them."""
    return [question.model_dump(mode="json") for question in questions]


def form_row(row: QuestionForm, questions: list[QuestionRow]) -> FormRow:
    """Return a form with its questions."""
    return FormRow(
        id=row.id,
        version=row.version,
        name=row.name,
        introduction=row.introduction,
        introduction_en=row.introduction_en,
        sample=row.sample,
        questions=questions,
    )
