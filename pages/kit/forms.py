"""A form out of an input model: asks, checks, says what is wrong beside the field, and keeps what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import streamlit as st
from pydantic import BaseModel
from streamlit.delta_generator import DeltaGenerator

from core import clock
from core.errors import Invalid, RenrakuError
from core.i18n import N_, _
from core.inputs import Input, validated
from core.operations import Operation
from core.shown import literal
from pages.kit import edge
from pages.kit.flash import flash
from pages.kit.widgets import Asked, asked_fields, draw, seed

I = TypeVar("I", bound=Input)  # noqa: E741
A = TypeVar("A", bound=Input)
R = TypeVar("R")
WIDTH = 760
DOUBLE_CLICK = timedelta(seconds=2)
SAVE = N_("Save")
STATE = "kit.form."
OVERTAKEN = N_(
    "Somebody else changed this meanwhile, so yours was not saved. Look at it as it is now and enter yours again."
)
Layout = Sequence[str | tuple[str, ...]]


@dataclass
class FormState:
    """What a form remembers between runs: which copy of its widgets is on the page, and what was wrong."""

    generation: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    sent: tuple[Any, datetime] | None = None
    slots: dict[str, DeltaGenerator] = field(default_factory=dict)


def form(
    model: type[I],
    key: str,
    *,
    initial: BaseModel | Mapping[str, Any] | None = None,
    fills: Mapping[str, Any] | None = None,
    rows: Layout = (),
    also: Mapping[str, Mapping[Any, str]] | None = None,
    submit: str | None = None,
    placeholder: str | None = None,
) -> I | None:
    """Show the form of a model; return the input in the one run after it was sent and found right.

    ``key`` names the form and what it is about (``f"person-{row.id}-{row.version}"``): another key starts afresh.
    ``initial`` holds present values; ``fills`` those that the page knows, their fields are not asked for. ``rows`` puts
    fields side by side (``[("family_name", "given_name"), "code"]``); fields it does not name follow in their order.
    ``also`` adds choices by field, for present values that the list of choices does not hold any more.
    ``placeholder`` stands in choices where none is made.
    """
    state, fills = state_of(key), dict(fills or {})
    fields = {asked.name: asked for asked in asked_fields(model, without=frozenset(fills), also=also or {})}
    keys = {name: f"{key}.{state.generation}.{name}" for name in fields}
    if not any(widget in st.session_state for widget in keys.values()):
        _start(fields, keys, state, initial)
        state.summary = _(OVERTAKEN) if _overtaken(key) else ""
    with st.form(key, enter_to_submit=False, width=WIDTH):
        values = _draw_all(fields, keys, state, _lines(fields, rows), placeholder)
        state.slots[""] = st.empty()
        sent = st.form_submit_button(submit or _(SAVE), type="primary", key=f"{key}.{state.generation}.submit")
    if sent:
        return _checked(model, {**values, **fills}, state)
    _show_errors(state)
    return None


def operate(
    operation: Operation[A, R],
    key: str,
    *,
    initial: BaseModel | Mapping[str, Any] | None = None,
    fills: Mapping[str, Any] | None = None,
    rows: Layout = (),
    also: Mapping[str, Mapping[Any, str]] | None = None,
    submit: str | None = None,
    done: str | None = None,
) -> edge.Done[R] | None:
    """Show the form of an operation and do it when it is sent; what is refused stands beside its field.

    ``done`` is the sentence kept for the next page header. Returns what happened in the one run in which it happened
    (then ``st.rerun()`` or ``st.switch_page`` is the page's usual next line), else None.
    """
    submit = submit or operation.title
    entered = form(
        operation.asks, key, initial=initial, fills=fills, rows=rows, also=also, submit=submit
    )  # fmt: skip
    if entered is None:
        return None
    finished = edge.do(operation, entered, on_error=lambda error: refuse(key, error))
    if finished is not None:
        clear(key)
        if done:
            flash(done)
    return finished


def state_of(key: str) -> FormState:
    """Return what the form of this key remembers."""
    state: FormState = st.session_state.setdefault(f"{STATE}{key}", FormState())
    return state


def refuse(key: str, error: RenrakuError) -> None:
    """Show beside its fields what an operation had against a form that was sent."""
    state = state_of(key)
    state.summary, state.errors, state.sent = error.text, dict(error.fields) if isinstance(error, Invalid) else {}, None
    _show_errors(state)


def clear(key: str) -> None:
    """Start the form afresh: what was typed was taken in. A second click on the old copy does nothing."""
    state = state_of(key)
    state.generation += 1
    state.errors, state.summary, state.sent = {}, "", None


def _overtaken(key: str) -> bool:
    """Say whether the same thing's form was sent in this run as it stood before somebody else's change."""
    stem = key.rpartition("-")[0]
    earlier = {name.removeprefix(STATE) for name in map(str, st.session_state) if name.startswith(f"{STATE}{stem}-")}
    return any(
        st.session_state.get(f"{one}.{state_of(one).generation}.submit") is True
        for one in earlier - {key}
        if one.rpartition("-")[0] == stem
    )


def _lines(fields: Mapping[str, Asked], rows: Layout) -> list[tuple[str, ...]]:
    lines = [(row,) if isinstance(row, str) else row for row in rows]
    lines = [tuple(name for name in line if name in fields) for line in lines]
    placed = {name for line in lines for name in line}
    return [line for line in lines if line] + [(name,) for name in fields if name not in placed]


def _start(
    fields: Mapping[str, Asked],
    keys: Mapping[str, str],
    state: FormState,
    initial: BaseModel | Mapping[str, Any] | None,
) -> None:
    state.errors, state.summary = {}, ""
    for name, asked in fields.items():
        seed(asked, keys[name], _present(initial, name, asked.default))


def _draw_all(
    fields: Mapping[str, Asked],
    keys: Mapping[str, str],
    state: FormState,
    lines: list[tuple[str, ...]],
    placeholder: str | None,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for line in lines:
        for place, name in zip(st.columns(len(line)) if len(line) > 1 else [st.container()], line, strict=True):
            asked = fields[name]
            hint = {"placeholder": placeholder} if placeholder and asked.choices is not None else {}
            with place:
                values[name] = draw(asked, keys[name], label=_label(asked), **hint)
                state.slots[name] = st.empty()
    return {name: value for name, value in values.items() if not (fields[name].required and value in (None, ""))}


def _present(initial: BaseModel | Mapping[str, Any] | None, name: str, default: Any) -> Any:
    if isinstance(initial, BaseModel):
        return getattr(initial, name, default)
    return (initial or {}).get(name, default)


def _label(asked: Asked) -> str:
    # Plain words: a badge's markup would be read out, since the label is also the field's name for screen readers.
    return _(N_("{label} (required)"), label=asked.label) if asked.required else asked.label


def _checked(model: type[I], values: dict[str, Any], state: FormState) -> I | None:
    try:
        entered = validated(model, values)
    except Invalid as error:
        state.summary, state.errors = error.text, error.fields
        _show_errors(state)
        return None
    if state.sent and state.sent[0] == entered and clock.now() - state.sent[1] < DOUBLE_CLICK:
        return None
    state.errors, state.summary, state.sent = {}, "", (entered, clock.now())
    return entered


def _show_errors(state: FormState) -> None:
    for name, slot in state.slots.items():
        if name and name in state.errors:
            slot.markdown(f":small[:red[:material/error: {literal(state.errors[name])}]]")
    others = [text for name, text in state.errors.items() if name not in state.slots]
    if state.summary:
        state.slots[""].error("  \n".join(map(literal, [state.summary, *others])))
