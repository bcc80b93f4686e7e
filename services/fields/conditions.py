"""Filters of lists by own fields, as an address holds them: ``size=M``, ``until>=2026-04-01``, ``note^=early``."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, select

from core.errors import Invalid
from core.i18n import N_, _
from core.inputs import WrongValue
from core.text import sought
from core.transaction import Transaction
from data.models.fields import OwnKind
from services.fields.definitions import OwnFieldRow, own_fields
from services.fields.nouns import Noun, referable
from services.fields.reading import cleaned, looked_up, reference

CONDITION = re.compile(r"([a-z][a-z0-9_]*)(>=|<=|\^=|=)(.*)", re.DOTALL)
UNKNOWN = N_("“{condition}” is no filter of an own field. Write it like size=M.")
COMPARED = {OwnKind.NUMBER: "number", OwnKind.DATE: "day"}
SIGNS = {OwnKind.NUMBER: {"=", ">=", "<="}, OwnKind.DATE: {"=", ">=", "<="}, OwnKind.TEXT: {"=", "^="}}
"""How values can be compared; those of other kinds for being equal only. ``^=``: a text begins like this."""


class Condition(NamedTuple):
    """One filter: a field's code, how it is compared, and with what."""

    code: str
    sign: str
    value: str


def parted(condition: str) -> Condition:
    """Part a filter.

    Raises:
        Invalid: when it is none.
    """
    found = CONDITION.fullmatch(condition.strip())
    if found is None:
        raise _unknown(condition)
    return Condition(*found.groups())


def conditions(tx: Transaction, noun: Noun, wanted: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return what filters mean for the records of a noun; all must hold.

    Raises:
        Invalid: when one is none, or its value cannot stand in its field.
    """
    if not wanted:
        return []
    fields = {one.code: one for one in own_fields(tx, noun.name)}
    return [_condition(tx, noun, fields.get(parted(one).code), parted(one), one) for one in wanted]


def _condition(
    tx: Transaction, noun: Noun, field: OwnFieldRow | None, asked: Condition, written: str
) -> ColumnElement[bool]:  # fmt: skip
    if field is None or asked.sign not in SIGNS.get(field.kind, {"="}):
        raise _unknown(written)
    try:
        value = cleaned(field, _typed(field, asked.value))
        of = referable(field.kind)
        if of is not None and value is not None:
            value = reference(of, looked_up(tx, field, [value]), value)
    except WrongValue as error:
        raise Invalid(error.message, **error.values, fields={"own": error.text}) from error
    if value is None:
        raise _unknown(written)
    if asked.sign == "^=":
        return _beside(noun, field, noun.beside.words.startswith(sought(value).half_width, autoescape=True))
    if asked.sign == "=":
        # The index holds only records that have own values: without the first half it could not be used.
        return and_(noun.own != {}, noun.own.contains({field.code: [value[0]] if field.several else value}))
    return _compared(noun, field, asked.sign, value)


def _compared(noun: Noun, field: OwnFieldRow, sign: str, value: str) -> ColumnElement[bool]:
    column = getattr(noun.beside, COMPARED[field.kind])
    limit: Any = Decimal(value) if field.kind is OwnKind.NUMBER else date.fromisoformat(value)
    return _beside(noun, field, column >= limit if sign == ">=" else column <= limit)


def _beside(noun: Noun, field: OwnFieldRow, holds: ColumnElement[bool]) -> ColumnElement[bool]:
    return noun.id.in_(select(noun.owner).where(noun.beside.field_id == field.id, holds))  # type: ignore[no-any-return]


def _typed(field: OwnFieldRow, value: str) -> Any:
    number = referable(field.kind) is not None and re.fullmatch(r"#\d{1,18}", value)
    return int(value[1:]) if number else value


def _unknown(condition: str) -> Invalid:
    text = condition[:100]
    return Invalid(UNKNOWN, condition=text, fields={"own": _(UNKNOWN, condition=text)})
