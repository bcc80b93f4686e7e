"""A question (設問, D08): how it is entered, to whom it is asked, and how it reads in the current language.

An answer is kept the same in every language: a choice as its text in ``options``. ``options_en`` is only shown.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import Field, field_validator, model_validator

from core.i18n import N_, _, language, listed
from core.inputs import Input, Row, WrongValue, field
from core.shown import day
from data.models.broadcasts import QuestionKind
from services.broadcasts.texts import Line

MAX_OPTIONS = 30
LONGEST_OPTION = 100
CHOOSING = (QuestionKind.CHOICE, QuestionKind.CHOICES)


class OnlyIf(Row):
    """A question is asked only of who chose one of ``options`` at the question in the place ``question``, from 1."""

    question: int
    options: list[str]


class QuestionRow(Row):
    """One question with its options in order; the same shape is copied into a broadcast."""

    id: int
    kind: QuestionKind
    label: str
    required: bool
    options: list[str]
    unit: str
    label_en: str = ""
    options_en: list[str] = Field(default_factory=list)
    unit_en: str = ""
    only_if: OnlyIf | None = None

    @property
    def key(self) -> str:
        """Return the key of its answer in what is stored of a recipient."""
        return str(self.id)

    @property
    def shown_label(self) -> str:
        """Return the question in the current language."""
        return self.label_en or self.label if _english() else self.label

    @property
    def shown_unit(self) -> str:
        """Return the unit in the current language."""
        return self.unit_en or self.unit if _english() else self.unit

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return each choice as it is kept and as it is shown in the current language."""
        shown = self.options_en if _english() and len(self.options_en) == len(self.options) else self.options
        return list(zip(self.options, shown, strict=True))

    def said(self, value: Any) -> str:
        """Return an answer to it as people read it in the current language."""
        shown: dict[Any, str] = dict(self.choices)
        if isinstance(value, list):
            return listed(shown.get(one, str(one)) for one in value)
        if isinstance(value, int):
            return f"{value:,} {self.shown_unit}".strip()
        return day(date.fromisoformat(value)) if self.kind is QuestionKind.DATE else shown.get(value, str(value))


def is_asked(question: QuestionRow, questions: Sequence[QuestionRow], answer: Mapping[str, Any]) -> bool:
    """Say whether a question is asked of who answered the earlier ones like this (条件分岐).

    Where the earlier one was not asked itself, it has no answer, and so this one is not asked either.
    """
    if question.only_if is None:
        return True
    given = answer.get(questions[question.only_if.question - 1].key)
    chosen = given if isinstance(given, list) else [given]
    return any(option in question.only_if.options for option in chosen)


def condition(question: QuestionRow, questions: Sequence[QuestionRow]) -> str:
    """Say of whom a question is asked, in the current language; empty: of everybody."""
    if question.only_if is None:
        return ""
    earlier = questions[question.only_if.question - 1]
    chosen = [_("“{option}”", option=shown) for kept, shown in earlier.choices if kept in question.only_if.options]
    return _("Only if you chose {options} at “{question}”", options=listed(chosen), question=earlier.shown_label)


class NewQuestion(Input):
    """A question as it is entered."""

    kind: QuestionKind = field(N_("Kind of answer"))
    label: Line = field(N_("Question"), min_length=1, max_length=200)
    required: bool = field(N_("Required"), default=True)
    options: list[Line] = field(
        N_("Choices"), default=[], max_length=MAX_OPTIONS, help=N_("One a line, in the order in which they are shown.")
    )
    unit: Line = field(N_("Unit"), default="", max_length=20, help=N_("Stands behind the number."))
    label_en: Line = field(N_("Question in English"), default="", max_length=200)
    options_en: list[Line] = field(
        N_("Choices in English"), default=[], max_length=MAX_OPTIONS, help=N_("In the same order, one a line.")
    )
    unit_en: Line = field(N_("Unit in English"), default="", max_length=20)
    only_if: OnlyIf | None = field(N_("Asked only if"), default=None)

    @field_validator("options", "options_en")
    @classmethod
    def _distinct(cls, options: list[str]) -> list[str]:
        kept = [option for option in options if option]
        if len(set(kept)) != len(kept):
            raise WrongValue(N_("The same choice stands there twice."))
        if any(len(option) > LONGEST_OPTION for option in kept):
            raise WrongValue(N_("A choice can have at most {limit} characters."), limit=LONGEST_OPTION)
        return kept

    @model_validator(mode="after")
    def _options_fit_kind(self) -> "NewQuestion":
        if self.kind in CHOOSING and len(self.options) < 2:
            raise WrongValue(N_("“{label}” needs at least two choices."), label=self.label)
        if self.kind not in CHOOSING and (self.options or self.options_en):
            raise WrongValue(N_("“{label}” is not answered by choices. Remove them."), label=self.label)
        if self.options_en and len(self.options_en) != len(self.options):
            raise WrongValue(
                N_("“{label}” has {count} choices, but {english} in English. Write as many, in the same order."),
                label=self.label, count=len(self.options), english=len(self.options_en),
            )  # fmt: skip
        return self


def require_order(questions: Sequence[NewQuestion]) -> None:
    """Check that each condition names choices of an earlier question.

    Raises:
        WrongValue: when one does not.
    """
    for at, question in enumerate(questions):
        if question.only_if is None:
            continue
        if not 1 <= question.only_if.question <= at:
            raise WrongValue(
                N_("“{label}” is asked only after an answer to a question that comes later. Move it down."),
                label=question.label,
            )
        earlier = questions[question.only_if.question - 1]
        if not question.only_if.options or not set(question.only_if.options) <= set(earlier.options):
            raise WrongValue(
                N_("Say which choices of “{earlier}” lead to “{label}”."), earlier=earlier.label, label=question.label
            )


def _english() -> bool:
    return language() == "en"
