"""The latest answer in short: written beside it when it is stored, read back when answers are counted.

One part a question, joined by commas: the numbers of the chosen options (``2``, ``0+3``), a small number as it is
(``3``), ``x`` where something else was written, nothing where it was left out. One more part, ``p``, follows where
somebody entered the answer for the person (電話での回答): so it is counted as an answer to a last question.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from data.models.broadcasts import QuestionKind
from services.broadcasts.questions import QuestionRow

WRITTEN = "x"
BY_PHONE = "p"
LARGEST_SHORT = 999


def tally_of(questions: Sequence[QuestionRow], answer: Mapping[str, Any], *, by_phone: bool = False) -> str:
    """Return an answer in short: ``0,2,0+3,x,`` for five questions, the last one left out."""
    said = [_short(question, answer.get(question.key)) for question in questions]
    return ",".join([*said, BY_PHONE] if by_phone else said)


def parts_of(tally: str) -> list[tuple[int, str]]:
    """Return the parts of a tally that say something, each with the position of its question."""
    return [(position, part) for position, part in enumerate(tally.split(",")) if part]


def numbers_in(part: str) -> list[int]:
    """Return what a part says: positions of the chosen options, a small number, or nothing for anything else."""
    return [] if part == WRITTEN else [int(number) for number in part.split("+")]


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
