"""Filters of the list of people by own fields (独自項目): a field of the question for each, in the address as well."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import create_model

from core.i18n import N_, _, language
from core.inputs import field
from services.fields import FIELD, OwnFieldRow, OwnKind
from services.people.search import PeopleAsk

FROM, UNTIL = "_from", "_until"
ENDS = {FROM: ">=", UNTIL: "<="}
LABELS = {
    (OwnKind.DATE, ">="): N_("{label}: from"),
    (OwnKind.DATE, "<="): N_("{label}: until"),
    (OwnKind.NUMBER, ">="): N_("{label}: at least"),
    (OwnKind.NUMBER, "<="): N_("{label}: at most"),
    (OwnKind.TEXT, "^="): N_("{label}: begins with"),
}
RANGES = {OwnKind.DATE, OwnKind.NUMBER}


class Filter(NamedTuple):
    """One filter: its name in the question, the field, and how it is compared."""

    name: str
    own: OwnFieldRow
    sign: str


def question_of(fields: tuple[OwnFieldRow, ...]) -> type[PeopleAsk]:
    """Return the question of the list with a filter for each own field, two where there is a range."""
    return _model(fields, language()) if fields else PeopleAsk


def asked(question: PeopleAsk, fields: tuple[OwnFieldRow, ...]) -> PeopleAsk:
    """Return the question as the room asks it: what was chosen as conditions."""
    plain = {name: getattr(question, name) for name in PeopleAsk.model_fields}
    found = [
        f"{one.own.code}{one.sign}{_written(one.own, value)}"
        for one in _filters(fields) if (value := getattr(question, one.name)) not in (None, "")
    ]  # fmt: skip
    return PeopleAsk(**{**plain, "own": found})


@lru_cache(maxsize=64)
def _model(fields: tuple[OwnFieldRow, ...], spoken: str) -> type[PeopleAsk]:
    del spoken
    more: dict[str, Any] = {one.name: _field(one) for one in _filters(fields)}
    return create_model("PeopleAskWithOwn", __base__=PeopleAsk, **more)


def _filters(fields: tuple[OwnFieldRow, ...]) -> Iterator[Filter]:
    for own in fields:
        if own.kind in RANGES:
            yield from (Filter(f"{FIELD}{own.code}{end}", own, sign) for end, sign in ENDS.items())
        else:
            yield Filter(f"{FIELD}{own.code}", own, "^=" if own.kind is OwnKind.TEXT else "=")


def _field(one: Filter) -> Any:
    own, label = one.own, one.own.label
    if one.sign != "=":
        label = _(LABELS[own.kind, one.sign], label=label)
    options: dict[str, Any] = {"default": None}
    if own.choices:
        options["choices"] = {choice.value: choice.label for choice in own.choices}
    if own.kind is OwnKind.DEPARTMENT:
        options["of"] = "people.department_choices"
    if own.kind is OwnKind.PERSON:
        label = _(N_("{label} (code)"), label=label)
    kind: Any = {OwnKind.DATE: date, OwnKind.DEPARTMENT: int}.get(own.kind, str)
    return kind | None, field(label, **options)


def _written(own: OwnFieldRow, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"#{value}" if own.kind is OwnKind.DEPARTMENT else str(value)
