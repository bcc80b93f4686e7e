"""Checking what a form or a machine says about a record's own fields: one pydantic model made of the definitions."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Annotated, Any

from pydantic import PlainValidator, create_model

from core.errors import Invalid
from core.i18n import N_, _, listed
from core.inputs import REQUIRED, Input, WrongValue, field, validated
from core.transaction import Transaction
from services.fields.definitions import OwnFieldRow, own_fields
from services.fields.nouns import referable
from services.fields.reading import cleaned, looked_up, reference
from services.fields.saying import words_for

FIELD = "own_"
"""Before its code, what a form calls an own field, and an error the field that it is about."""

NO_LONGER = N_("“{choice}” can no longer be chosen.")


def checked(
    tx: Transaction, noun: str, given: Mapping[str, Any], before: Mapping[str, Any], *, whole: bool
) -> dict[str, Any]:
    """Return what a record's ``own`` becomes: fields that are named are set, emptied by None, the others stay.

    ``whole``: it is a new record, whose required fields must be named. What stays as it is needs to be right no more.

    Raises:
        Invalid: with a sentence for each field that is wrong, under ``own_`` and its code.
    """
    fields = own_fields(tx, noun)
    if not given and not fields:
        return dict(before)
    values = _validated(tuple(fields), {code: value for code, value in given.items() if not _same(value, before, code)})
    by_code = {one.code: one for one in fields}
    wrong = {f"{FIELD}{code}": error.text for code, error in faults(fields, values, before).items()}
    for code in {one.code for one in fields if whole and one.required} - given.keys():
        wrong[f"{FIELD}{code}"] = _(REQUIRED)
    for code, value in values.items():
        of = referable(by_code[code].kind)
        if of is not None and value is not None:
            try:
                values[code] = reference(of, looked_up(tx, by_code[code], [value]), value)
            except WrongValue as error:
                if is_written(tx, by_code[code], before, value):
                    values[code] = before[code]
                else:
                    wrong[f"{FIELD}{code}"] = error.text
    _refuse(wrong, by_code)
    after = {**before, **values}
    return {code: value for code, value in after.items() if value is not None}


def faults(
    fields: Sequence[OwnFieldRow], values: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, WrongValue]:  # fmt: skip
    """Return why values may not be set although they are well written, by code: required, or a choice out of use."""
    wrong: dict[str, WrongValue] = {}
    for one in fields:
        if one.code in values and values[one.code] is None and one.required:
            wrong[one.code] = WrongValue(REQUIRED)
        elif one.choices and (value := values.get(one.code)) is not None:
            had = before.get(one.code, [])
            new = {*(value if one.several else [value])} - {*(had if isinstance(had, list) else [had])}
            if gone := next((choice for choice in one.choices if choice.gone and choice.value in new), None):
                wrong[one.code] = WrongValue(NO_LONGER, choice=gone.label)
    return wrong


def is_written(tx: Transaction, one: OwnFieldRow, before: Mapping[str, Any], writing: object) -> bool:
    """Say whether a record has this reference already, as forms and files write it: out of reach, or out of use."""
    if one.code not in before:
        return False
    return words_for(tx, [one], [before], files=True).written(one.code, before[one.code]) == writing


def _same(value: Any, before: Mapping[str, Any], code: str) -> bool:
    return code in before and value == before[code]


def _validated(fields: tuple[OwnFieldRow, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        entered = validated(_model(fields), given)
    except Invalid as error:
        raise Invalid(
            error.message, fields={f"{FIELD}{name}": text for name, text in error.fields.items()}, **error.values
        ) from error
    return entered.model_dump(include=entered.model_fields_set)


@lru_cache(maxsize=16)
def _model(fields: tuple[OwnFieldRow, ...]) -> type[Input]:
    """Return the model of the values of these fields; each may be left out."""
    kinds: dict[str, Any] = {
        one.code: (Annotated[Any, PlainValidator(partial(cleaned, one))],
                   field(one.label_ja, default=None))
        for one in fields
    }  # fmt: skip
    return create_model("OwnValues", __base__=Input, **kinds)


def _refuse(wrong: Mapping[str, str], by_code: Mapping[str, OwnFieldRow]) -> None:
    if wrong:
        names = listed(by_code[name.removeprefix(FIELD)].label for name in wrong)
        raise Invalid(N_("Some fields need another look: {names}."), fields=dict(wrong), names=names)
