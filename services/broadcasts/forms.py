"""Question forms (設問フォーム, D08): what a broadcast asks, in order, and which answers are required."""

from collections import defaultdict
from typing import Any

from pydantic import field_validator, model_validator
from sqlalchemy import delete, select

from core.i18n import N_
from core.inputs import Input, Nothing, Row, WrongValue, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.broadcasts import Question, QuestionForm, QuestionKind
from services.broadcasts.changing import delete_unused, for_change, require_free_name, saving
from services.broadcasts.kept import FORMS
from services.broadcasts.texts import Line
from services.changes import keeping

MAX_QUESTIONS = 30
MAX_OPTIONS = 30
CHOOSING = (QuestionKind.CHOICE, QuestionKind.CHOICES)
GONE = N_("This form does not exist any more. Go back to the list.")
TAKEN = N_("There is already a form “{name}”. Choose another name.")
USED = N_("“{name}” is used by a rule. Choose another form there first.")


class QuestionRow(Row):
    """One question with its options in order; the same shape is copied into a broadcast."""

    id: int
    kind: QuestionKind
    label: str
    required: bool
    options: list[str]
    unit: str

    @property
    def key(self) -> str:
        """Return the key of its answer in what is stored of a recipient."""
        return str(self.id)


class FormRow(Row):
    """A form with its questions."""

    id: int
    version: int
    name: str
    introduction: str
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


class NewQuestion(Input):
    """A question as it is entered."""

    kind: QuestionKind = field(N_("Kind of answer"))
    label: Line = field(N_("Question"), min_length=1, max_length=200)
    required: bool = field(N_("Required"), default=True)
    options: list[Line] = field(
        N_("Choices"), default=[], max_length=MAX_OPTIONS, help=N_("One a line, in the order in which they are shown.")
    )
    unit: Line = field(N_("Unit"), default="", max_length=20, help=N_("Stands behind the number."))

    @field_validator("options")
    @classmethod
    def _distinct(cls, options: list[str]) -> list[str]:
        kept = [option for option in options if option]
        if len(set(kept)) != len(kept):
            raise WrongValue(N_("The same choice stands there twice."))
        if any(len(option) > 100 for option in kept):
            raise WrongValue(N_("A choice can have at most {limit} characters."), limit=100)
        return kept

    @model_validator(mode="after")
    def _options_fit_kind(self) -> "NewQuestion":
        if self.kind in CHOOSING and len(self.options) < 2:
            raise WrongValue(N_("“{label}” needs at least two choices."), label=self.label)
        if self.kind not in CHOOSING and self.options:
            raise WrongValue(N_("“{label}” is not answered by choices. Remove them."), label=self.label)
        return self


class EditForm(Input):
    """A form to make (without ``id``) or to change, with all its questions in order."""

    id: int | None = field(N_("Form"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    name: Line = field(N_("Name"), min_length=1, max_length=80)
    introduction: str = field(
        N_("Introduction"), default="", max_length=2_000, multiline=True, help=N_("Stands above the questions.")
    )
    questions: list[NewQuestion] = field(N_("Questions"), min_length=1, max_length=MAX_QUESTIONS)

    @field_validator("questions")
    @classmethod
    def _told_apart(cls, questions: list[NewQuestion]) -> list[NewQuestion]:
        labels = [question.label for question in questions]
        if twice := next((label for label in labels if labels.count(label) > 1), None):
            raise WrongValue(N_("The question “{label}” stands there twice."), label=twice)
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
        row.name, row.introduction = ask.name, ask.introduction
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
        sample=row.sample,
        questions=questions,
    )
