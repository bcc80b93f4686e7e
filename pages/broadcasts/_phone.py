"""The form of an answer by phone: a field for each question of the broadcast, and a note."""

from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import create_model

from core.i18n import N_, language
from core.inputs import Input, field
from pages import kit
from services.broadcasts import AnswerFor, QuestionKind, QuestionRow, ToAnswer, condition
from services.broadcasts.phone import FIELD

NEEDED = N_("An answer is needed.")


def shape(found: ToAnswer) -> kit.Shape:
    """Return the form for somebody, and what it means."""
    model = _model(tuple(question.model_dump_json() for question in found.questions), language())

    def asked(entered: Any) -> AnswerFor:
        given = {question.key: _given(getattr(entered, f"{FIELD}{question.key}")) for question in found.questions}
        return AnswerFor(
            broadcast_id=found.broadcast_id, person_id=found.person_id, answers=given, note=entered.note
        )  # fmt: skip

    return kit.Shape(model, asked)


@lru_cache(maxsize=64)
def _model(questions: tuple[str, ...], spoken: str) -> type[Input]:
    # The same class for the same questions: a form knows by it that it was sent twice.
    del spoken
    rows = [QuestionRow.model_validate_json(question) for question in questions]
    fields: dict[str, Any] = {f"{FIELD}{row.key}": _field(row, condition(row, rows)) for row in rows}
    note = (str, AnswerFor.model_fields["note"])
    return create_model("AnswerByPhone", __base__=Input, **fields, note=note)


def _field(row: QuestionRow, only_if: str) -> Any:
    # Whether an answer is needed says the rule of the questions, which knows of those that are left out.
    options: dict[str, Any] = {"help": only_if or (NEEDED if row.required else None)}
    match row.kind:
        case QuestionKind.CHOICE:
            return str | None, field(row.label, default=None, choices={one: one for one in row.options}, **options)
        case QuestionKind.CHOICES:
            return list[str], field(row.label, default=[], choices={one: one for one in row.options}, **options)
        case QuestionKind.DATE:
            return date | None, field(row.label, default=None, **options)
        case QuestionKind.NUMBER:
            return int | None, field(row.label, default=None, unit=row.unit or None, **options)
        case _:
            return str, field(row.label, default="", multiline=True, **options)


def _given(value: Any) -> list[str]:
    if isinstance(value, list):
        return value
    return [] if value is None or value == "" else [str(value)]
