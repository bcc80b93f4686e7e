"""Own fields (独自項目) in the form of a person: a field for each, and what was entered as the room asks."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any

from pydantic import create_model

from core.i18n import N_, _, language
from core.inputs import Input, field
from pages import kit
from services.fields import FIELD, OwnFieldRow, OwnKind, offered_fields
from services.fields.queries import OfferedAsk
from services.people.show import PersonDetail

NOTE = {
    OwnKind.NUMBER: N_("A number such as 1200 or 12.5."),
    OwnKind.PERSON: N_("The code of the person."),
}


def known() -> tuple[OwnFieldRow, ...]:
    """Ask which own fields people have."""
    found: list[OwnFieldRow] = kit.ask(offered_fields, OfferedAsk(noun="person"))
    return tuple(found)


def columns(fields: Sequence[OwnFieldRow]) -> dict[str, kit.Column]:
    """Return the own fields as columns of the list of people, which nobody sees who did not choose them."""
    return {f"{FIELD}{one.code}": _column(one) for one in fields}


def shape(base: type[Input], fields: tuple[OwnFieldRow, ...]) -> kit.Shape | None:
    """Return the form that asks for the own fields as well; None where there are none."""
    return kit.Shape(_model(base, fields, language()), partial(_asked, base)) if fields else None


def rows(fields: Sequence[OwnFieldRow]) -> list[tuple[str, ...]]:
    """Return the own fields side by side, two in a row."""
    names = [f"{FIELD}{one.code}" for one in fields]
    return [tuple(names[at : at + 2]) for at in range(0, len(names), 2)]


def present(person: PersonDetail, fields: Sequence[OwnFieldRow]) -> dict[str, Any]:
    """Return what the form of a person begins with."""
    return {**dict(person), **{f"{FIELD}{one.code}": _held(person, one) for one in fields}}


def also(person: PersonDetail, fields: Sequence[OwnFieldRow]) -> dict[str, Mapping[Any, str]]:
    """Return choices that this person has although nobody is offered them any more."""
    said = {one.code: one for one in person.own_values}
    found: dict[str, Mapping[Any, str]] = {}
    for one in fields:
        value = person.own.get(one.code)
        if one.choices:
            found[f"{FIELD}{one.code}"] = {
                choice.value: _(N_("{name} (out of use)"), name=choice.label)
                for choice in one.choices if choice.gone and value and choice.value in value
            }  # fmt: skip
        elif one.kind is OwnKind.DEPARTMENT and value is not None:
            found[f"{FIELD}{one.code}"] = {value: said[one.code].said}
    return found


def _column(one: OwnFieldRow) -> kit.Column:
    label = one.label
    number = one.kind is OwnKind.NUMBER
    return kit.Column(
        label, value=lambda row: row.own_values.get(label, ""), number=number, file=f"own_values.{label}", usual=False
    )


@lru_cache(maxsize=64)
def _model(base: type[Input], fields: tuple[OwnFieldRow, ...], spoken: str) -> type[Input]:
    # The same class for the same fields: a form knows by it that it was sent twice.
    del spoken
    return create_model(
        f"{base.__name__}WithOwn", __base__=base, **{f"{FIELD}{one.code}": _field(one) for one in fields}
    )


def _field(one: OwnFieldRow) -> Any:
    options: dict[str, Any] = {"help": one.help or NOTE.get(one.kind)}
    if one.kind is OwnKind.CHOICES:
        more: dict[str, Any] = {"min_length": 1} if one.required else {"default": []}
        return list[str], field(one.label, choices=one.offered, **options, **more)
    if not one.required:
        options["default"] = None
    kind: Any = {OwnKind.DATE: date, OwnKind.DEPARTMENT: int}.get(one.kind, str)
    if one.kind is OwnKind.CHOICE:
        options["choices"] = one.offered
    if one.kind is OwnKind.DEPARTMENT:
        options["of"] = "people.department_choices"
    return kind if one.required else kind | None, field(one.label, **options)


def _asked(base: type[Input], entered: Input) -> Input:
    # A field that the person may not see was not asked for: it stays.
    own = {
        name.removeprefix(FIELD): getattr(entered, name) for name in entered.model_fields_set if name.startswith(FIELD)
    }
    plain = {name: value for name, value in entered if not name.startswith(FIELD)}
    return base(**{**plain, "own": {name: _sent(value) for name, value in own.items()}})


def _sent(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _held(person: PersonDetail, one: OwnFieldRow) -> Any:
    value = person.own.get(one.code)
    if value is None:
        return [] if one.several else None
    if one.kind is OwnKind.DATE:
        return date.fromisoformat(value)
    if one.kind is OwnKind.PERSON:
        return next(held.written for held in person.own_values if held.code == one.code)
    return value
