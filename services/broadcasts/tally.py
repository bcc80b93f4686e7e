"""The latest answer in short: written beside it when it is stored, read back when answers are counted.

One part a question, joined by commas: the numbers of the chosen options (``2``, ``0+3``), a small number as it is
(``3``), ``x`` where something else was written, nothing where it was left out. Grouping 100,000 recipients by this
takes a third of the time of grouping them by their JSON.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from data.models.broadcasts import QuestionKind
from services.broadcasts.forms import QuestionRow

WRITTEN = "x"
LARGEST_SHORT = 999


def tally_of(questions: Sequence[QuestionRow], answer: Mapping[str, Any]) -> str:
    """Return an answer in short: ``0,2,0+3,x,`` for five questions, the last one left out."""
    return ",".join(_short(question, answer.get(question.key)) for question in questions)


def counted(tally: str, questions: Sequence[QuestionRow]) -> list[list[int] | None]:
    """Return what a tally says of each question.

    For choices the positions of the chosen options, for a small number that number, for anything else that was written
    an empty list; None for a question that was left out.
    """
    return [_numbers(part) for part in tally.split(",")] if questions else []


def _short(question: QuestionRow, value: Any) -> str:
    match question.kind:
        case _ if value is None:
            return ""
        case QuestionKind.CHOICE:
            return str(question.options.index(value))
        case QuestionKind.CHOICES:
            return "+".join(str(question.options.index(option)) for option in value)
        case QuestionKind.NUMBER if 0 <= value <= LARGEST_SHORT:
            return str(value)
        case _:
            return WRITTEN


def _numbers(part: str) -> list[int] | None:
    if not part:
        return None
    return [] if part == WRITTEN else [int(number) for number in part.split("+")]
