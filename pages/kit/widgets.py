"""From one field of an input model to one widget; forms and filters are made of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import streamlit as st
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from core.clock import JST, jst
from core.i18n import N_, _
from core.inputs import Nothing, label_of, marks
from core.operations import find
from core.shown import NO, YES, aside, joined, said
from pages.kit import edge

CHOOSE = N_("Choose")
LANGUAGES = {"ja": "日本語", "en": "English"}
"""Each in its own writing, so that everybody finds theirs."""

LETTER = 280
"""Pixels: ten lines, so that a usual letter is seen as a whole."""

Choices = dict[Any, str]


@dataclass(frozen=True)
class Asked:
    """One field as a widget needs it. ``kind`` is the plain type below ``None``, ``list`` and ``Annotated``."""

    name: str
    label: str
    help: str | None
    kind: Any
    many: bool
    optional: bool
    required: bool
    default: Any
    choices: Choices | None
    multiline: bool
    secret: bool
    least: float | None
    most: float | None
    of: str | None = None
    depends: str | None = None
    sought: str | None = None
    fills: str | None = None

    @property
    def clearable(self) -> bool:
        """Say whether it may stand empty: because nothing is an answer, or because none was given yet."""
        return self.optional or self.required


def asked_fields(
    model: type[BaseModel],
    *,
    without: frozenset[str] = frozenset(),
    also: Mapping[str, Mapping[Any, str]] = MappingProxyType({}),
) -> list[Asked]:
    """Return the fields that a person is asked for, in the model's order; hidden ones are the page's business.

    A field whose choices the person may not see is left out, unless it must be filled in.
    """
    names = [name for name in model.model_fields if name not in without and not marks(model, name).get("hidden")]
    offered: dict[str, Choices | None] = {
        name: dict(found) for name in names if (found := marks(model, name).get("choices"))
    }
    offered |= _offered({
        name: of for name in names
        if (of := marks(model, name).get("of")) and not _known_later(model, name)
    })  # fmt: skip
    missing = {name for name, choices in offered.items() if choices is None}
    fields = [_asked(model, name, {**(offered.get(name) or {}), **also.get(name, {})}) for name in names]
    return [asked for asked in fields if asked.name not in missing or asked.required]


def _offered(queries: Mapping[str, str]) -> dict[str, Choices | None]:
    """Ask, in one transaction, the queries that list choices; None stands for those that the person may not ask."""
    if not queries:
        return {}
    found: dict[str, Choices | None] = {}
    with edge.acting() as tx:
        for of in set(queries.values()):
            process = find(of)
            found[of] = {row.value: row.label for row in process(tx, Nothing())} if process.allowed(tx.actor) else None
    return {name: found[of] for name, of in queries.items()}


def _known_later(model: type[BaseModel], name: str) -> bool:
    return bool(marks(model, name).get("depends") or marks(model, name).get("sought"))


def _asked(model: type[BaseModel], name: str, offered: Choices) -> Asked:
    info, marked = model.model_fields[name], marks(model, name)
    kind, many, optional = plain(info.annotation)
    unit = marked.get("unit")
    return Asked(
        name=name,
        label=aside(label_of(model, name), _(unit)) if unit else label_of(model, name),
        help=_(info.description) if info.description else None,
        kind=kind,
        many=many,
        optional=optional,
        required=info.is_required() and not optional,
        default=None if info.is_required() else info.get_default(call_default_factory=True),
        choices=offered if marked.get("of") or offered else _choices(kind, optional=optional),
        multiline=bool(marked.get("multiline")),
        secret=bool(marked.get("masked")),
        least=_limit(info, Ge, Gt),
        most=_limit(info, Le, Lt),
        of=marked.get("of"),
        depends=marked.get("depends"),
        sought=marked.get("sought"),
        fills=marked.get("fills"),
    )


def plain(annotation: Any) -> tuple[Any, bool, bool]:
    """Take ``Annotated``, ``| None`` and ``list`` off a type: the plain type, whether many, whether optional."""
    if get_origin(annotation) is Annotated:
        return plain(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        inner = [one for one in get_args(annotation) if one is not NoneType]
        kind, many, _optional = plain(inner[0])
        return kind, many, len(inner) < len(get_args(annotation))
    if get_origin(annotation) in {list, tuple, set, frozenset}:
        kind, _many, _optional = plain(get_args(annotation)[0])
        return kind, True, False
    return annotation, False, False


def _choices(kind: Any, *, optional: bool) -> Choices | None:
    if get_origin(kind) is Literal:
        return {value: LANGUAGES.get(value) or said(value) for value in get_args(kind)}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {member: LANGUAGES.get(member) or said(member) for member in kind}
    if kind is bool and optional:
        return {True: _(YES), False: _(NO)}
    return None


def _limit(info: FieldInfo, inclusive: type, exclusive: type) -> float | None:
    for rule in info.metadata:
        if isinstance(rule, inclusive):
            return float(getattr(rule, inclusive.__name__.lower()))
        if isinstance(rule, exclusive):
            step = 1 if exclusive is Gt else -1
            return float(getattr(rule, exclusive.__name__.lower())) + step
    return None


def draw(asked: Asked, key: str, **options: Any) -> Any:
    """Draw the widget of a field under ``key`` and return what it holds, as the model expects it.

    Its state must be seeded before (``seed``): every widget then takes its value from the same place.
    """
    options = {"key": key, "help": asked.help, **options}
    return held(asked, _drawn(asked, options.pop("label", asked.label), options))


def held(asked: Asked, value: Any) -> Any:
    """Return what a widget's value means for the model: lines of a text as a list, a wall clock's time as Japan's."""
    if asked.choices is not None:
        return value
    if asked.many:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]
    if isinstance(value, datetime):
        return value.replace(tzinfo=JST)
    return None if asked.kind is str and asked.optional and not value else value


def _drawn(asked: Asked, label: str, options: dict[str, Any]) -> Any:
    if asked.choices is not None:
        return _draw_choices(asked, label, options)
    if asked.many:
        return st.text_area(label, **options)
    if asked.kind in {bool, date, datetime}:
        options.pop("placeholder", None)
        return _draw_plain(asked, label, options)
    if asked.kind in {int, float}:
        bounds = {"min_value": asked.least, "max_value": asked.most}
        number = {name: asked.kind(bound) for name, bound in bounds.items() if bound is not None}
        if asked.clearable:
            number["value"] = None
        return st.number_input(label, step=asked.kind(1), **number, **options)
    return _draw_text(asked, label, options)


def _draw_text(asked: Asked, label: str, options: dict[str, Any]) -> Any:
    if asked.multiline:
        return st.text_area(label, height=LETTER, **options)
    if asked.secret:
        # Whoever goes on by Tab comes to the field's own eye first, and nothing is handed over then: letter by letter.
        return st.text_input(label, type="password", live="0ms", on_change="ignore", **options)
    return st.text_input(label, type=options.pop("type", "default"), **options)


def _draw_plain(asked: Asked, label: str, options: dict[str, Any]) -> Any:
    if asked.kind is bool:
        return st.checkbox(label, **options)
    if asked.kind is date:
        return st.date_input(label, value=None, **options)
    return st.datetime_input(label, value=None, **options)


def _draw_choices(asked: Asked, label: str, options: dict[str, Any]) -> Any:
    choices = asked.choices or {}
    options = {"placeholder": _(CHOOSE), **options}
    if asked.sought:
        options |= {"placeholder": label_of(find(asked.sought).asks, "text"), "accept_new_options": True}
    show: Callable[[Any], str] = lambda value: choices[value] if value in choices else said(value)  # noqa: E731
    if asked.many:
        options |= {"select_all": False} if asked.sought else {}
        return st.multiselect(label, list(choices), format_func=show, **options)
    first = None if asked.clearable else 0
    return st.selectbox(label, list(choices), index=first, format_func=show, filter_mode="contains", **options)


def in_words(asked: Asked, value: Any) -> str:
    """Write what a field holds as its widget shows it."""
    if asked.choices is None:
        return said(value)
    return joined(asked.choices.get(one, said(one)) for one in (value if asked.many else [value]))


def present(asked: Asked, value: Any) -> Any:
    """Return a record's value as the form would hold it, so that the two can be compared."""
    return held(asked, _for_widget(asked, value))


def seed(asked: Asked, key: str, value: Any) -> None:
    """Put a value, as the model holds it, into the state of a widget that is about to be drawn."""
    st.session_state[key] = _for_widget(asked, value)


def _offered_of(asked: Asked, value: Any) -> Any:
    choices = asked.choices or {}
    if asked.depends or asked.sought:  # which choices there are is known when the field before it is drawn
        return [*(value or [])] if asked.many else value
    if asked.many:
        return [one for one in value or [] if one in choices]
    return value if value in choices else None


def _for_widget(asked: Asked, value: Any) -> Any:
    if asked.choices is not None:
        return _offered_of(asked, value)
    if asked.many:
        return "\n".join(str(one) for one in value or [])
    if isinstance(value, datetime):
        return jst(value).replace(tzinfo=None)
    if value is None and asked.kind is str:
        return ""
    return bool(value) if asked.kind is bool else value
