"""From what a person chose and typed to an answer: the rules of each kind of question, in sentences (D13)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.i18n import N_, _
from data.models.broadcasts import QuestionKind
from services.broadcasts.questions import QuestionRow, is_asked

TEXT_LIMIT = 2_000
NUMBER_LIMIT = 999_999_999

Given = Mapping[str, Sequence[str]]
"""What came in, by question key; a question may have several values."""


class WrongAnswer(Exception):
    """An answer that breaks a rule of its question; the sentence is in the current language."""


def read_answer(questions: Sequence[QuestionRow], given: Given) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the answer by question key, and what is wrong by question key; questions left out are in neither.

    A question that is not asked after the answers before it (条件分岐) is left out, whatever came in for it.
    """
    answer: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for question in questions:
        if not is_asked(question, questions, answer):
            continue
        try:
            value = _read(question, [one.strip() for one in given.get(question.key, ()) if one.strip()])
        except WrongAnswer as error:
            wrong[question.key] = str(error)
            continue
        if value is not None:
            answer[question.key] = value
        elif question.required:
            wrong[question.key] = _(MISSING[question.kind])
    return answer, wrong


MISSING = {
    QuestionKind.CHOICE: N_("Choose one."),
    QuestionKind.CHOICES: N_("Choose at least one."),
    QuestionKind.TEXT: N_("Write something here."),
    QuestionKind.NUMBER: N_("Enter a number."),
    QuestionKind.DATE: N_("Enter a day."),
}


def _read(question: QuestionRow, values: list[str]) -> Any:
    if not values:
        return None
    match question.kind:
        case QuestionKind.CHOICE:
            return _option(question, values[-1])
        case QuestionKind.CHOICES:
            chosen = {_option(question, value) for value in values}
            return [option for option in question.options if option in chosen]
        case QuestionKind.TEXT:
            return _text(values[-1])
        case QuestionKind.NUMBER:
            return _number(values[-1])
        case QuestionKind.DATE:
            return _day(values[-1])


def _option(question: QuestionRow, value: str) -> str:
    if value not in question.options:
        raise WrongAnswer(_("Choose one of the choices shown."))
    return value


def _text(value: str) -> str | None:
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    if len(text) > TEXT_LIMIT:
        raise WrongAnswer(
            _("Write at most {limit} characters; there are {there} now.", limit=TEXT_LIMIT, there=len(text))
        )
    return text.strip() or None


def _number(value: str) -> int:
    digits = unicodedata.normalize("NFKC", value).replace(",", "").strip()
    if not digits.isascii() or not digits.removeprefix("-").isdigit():
        raise WrongAnswer(_("Enter a whole number, for instance 3."))
    if len(digits) > 12 or abs(int(digits)) > NUMBER_LIMIT:
        raise WrongAnswer(_("This number is too large."))
    return int(digits)


def _day(value: str) -> str:
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", unicodedata.normalize("NFKC", value))
    try:
        return date(*map(int, parts.groups())).isoformat() if parts else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> str:
    raise WrongAnswer(_("Enter a day, for instance 2026-04-01."))
