"""A form out of an input model: asks, checks, says what is wrong beside the field, and keeps what was typed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from html import escape
from typing import Any, NamedTuple, TypeVar

import streamlit as st

from core import clock
from core.errors import Conflict, Invalid, RenrakuError
from core.i18n import N_, _
from core.inputs import Input, validated
from core.operations import Operation
from pages.kit import edge
from pages.kit.drafts import forget_draft
from pages.kit.filled import Initial, filled, show_errors
from pages.kit.flash import flash
from pages.kit.form_state import FormState, state_of
from pages.kit.linked import fill_others, with_choices
from pages.kit.sought import say_found
from pages.kit.widgets import Asked, asked_fields, draw

I = TypeVar("I", bound=Input)  # noqa: E741
A = TypeVar("A", bound=Input)
R = TypeVar("R")
DOUBLE_CLICK = timedelta(seconds=2)
Layout = Sequence[str | tuple[str, ...]]


class Shape(NamedTuple):
    """A form that asks for more than the fields of a class, such as own fields: its model, and what it means."""

    model: type[Input]
    asked: Callable[[Any], Input]


def form(
    model: type[I],
    key: str,
    *,
    initial: Initial = None,
    fills: Mapping[str, Any] | None = None,
    rows: Layout = (),
    also: Mapping[str, Mapping[Any, str]] | None = None,
    submit: str | None = None,
    placeholder: str | None = None,
    title: str = "",
    anchors: bool = False,
    begin: str = "",
) -> I | None:
    """Show the form of a model; return the input in the one run after it was sent and found right.

    ``key`` names the form and what it is about (``f"person-{row.id}-{row.version}"``): another key starts afresh.
    ``initial`` holds present values; ``fills`` those that the page knows, their fields are not asked for. ``rows`` puts
    fields side by side (``[("family_name", "given_name"), "code"]``); fields it does not name follow in their order.
    ``also`` adds choices by field, for present values that the list of choices does not hold any more, or gives those
    that only the page knows.
    ``placeholder`` stands in choices where none is made. ``anchors``: links to ``anchor(key, name)`` jump to a field.
    ``begin`` names the field in which the cursor stands when the form is opened; a name that it lacks is nothing.
    """
    fills = dict(fills or {})
    fields = {asked.name: asked for asked in asked_fields(model, without=frozenset(fills), also=also or {})}
    lines = _lines(fields, rows)
    values = filled(
        key, fields,
        lambda widgets, state: _draw_all(
            fields, widgets, state, lines, placeholder, mark=_marker(key, begin, every=anchors)
        ),
        initial=initial, version=fills.get("version"), submit=submit, title=title,
    )  # fmt: skip
    return None if values is None else _checked(model, {**_entered(fields, values), **fills}, state_of(key))


def operate(
    operation: Operation[A, R],
    key: str,
    *,
    initial: Initial = None,
    fills: Mapping[str, Any] | None = None,
    rows: Layout = (),
    also: Mapping[str, Mapping[Any, str]] | None = None,
    submit: str | None = None,
    done: str | None = None,
    shape: Shape | None = None,
    anchors: bool = False,
    begin: str = "",
) -> edge.Done[R] | None:
    """Show the form of an operation and do it when it is sent; what is refused stands beside its field.

    Where ``fills`` has the record's ``version`` and somebody else saved another one meanwhile, both versions are shown
    and the person chooses. ``done`` is the sentence kept for the next page header. ``shape`` asks for more than the
    operation's own fields, and makes of what was entered what the operation is asked with.

    Returns what happened in the one run in which it happened (then ``st.rerun()`` or
    ``st.switch_page`` is the page's usual next line), else None.
    """
    submit = submit or operation.title
    model: type[Input] = shape.model if shape else operation.asks
    entered = form(
        model, key, initial=initial, fills=fills, rows=rows, also=also, submit=submit, title=operation.title,
        anchors=anchors, begin=begin,
    )  # fmt: skip
    if entered is None:
        return None
    asked: Any = shape.asked(entered) if shape else entered
    finished = edge.do(operation, asked, on_error=lambda error: refused(key, error))
    if finished is not None:
        clear(key)
        if done:
            flash(done)
    return finished


def refuse(key: str, error: RenrakuError) -> None:
    """Show beside its fields what an operation had against a form that was sent."""
    state = state_of(key)
    state.summary, state.errors, state.sent = error.text, dict(error.fields) if isinstance(error, Invalid) else {}, None
    show_errors(state)


def refused(key: str, error: RenrakuError) -> None:
    """Show what an operation had against a form; after a conflict the page asks for the record as it is now."""
    refuse(key, error)
    if isinstance(error, Conflict) and state_of(key).version is not None:
        st.rerun()


def clear(key: str) -> None:
    """Start the form afresh: what was typed was taken in. A second click on the old copy does nothing."""
    state = state_of(key)
    forget_draft(state)
    state.generation += 1
    state.differences = {}
    state.errors, state.summary, state.sent = {}, "", None


def anchor(key: str, name: str) -> str:
    """Return the address within the page of a field of the form ``key``."""
    return f"field-{key}-{name}"


def _marker(key: str, begin: str, *, every: bool) -> Callable[[str], object]:
    def mark(name: str) -> None:
        if every or name == begin:
            # pages/public/shell.js looks for the one to begin with.
            words = "anchor begin" if name == begin else "anchor"
            st.html(f'<span class="{words}" id="{escape(anchor(key, name), quote=True)}"></span>')

    return mark


def _lines(fields: Mapping[str, Asked], rows: Layout) -> list[tuple[str, ...]]:
    lines = [(row,) if isinstance(row, str) else row for row in rows]
    lines = [tuple(name for name in line if name in fields) for line in lines]
    placed = {name for line in lines for name in line}
    return [line for line in lines if line] + [(name,) for name in fields if name not in placed]


def _draw_all(
    fields: Mapping[str, Asked],
    widgets: Mapping[str, str],
    state: FormState,
    lines: list[tuple[str, ...]],
    placeholder: str | None,
    *,
    mark: Callable[[str], object],
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for line in lines:
        for place, name in zip(st.columns(len(line)) if len(line) > 1 else [st.container()], line, strict=True):
            asked = with_choices(fields[name], widgets[name], values)
            hint = {"placeholder": placeholder} if placeholder and asked.choices is not None else {}
            with place:
                mark(name)
                values[name] = draw(asked, widgets[name], label=_label(asked), **hint)
                say_found(asked, widgets[name])
                state.slots[name] = st.empty()
            fill_others(asked, values[name], widgets, state)
    return values


def _entered(fields: Mapping[str, Asked], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not (fields[name].required and value in (None, ""))}


def _label(asked: Asked) -> str:
    # Plain words: a badge's markup would be read out, since the label is also the field's name for screen readers.
    return _(N_("{label} (required)"), label=asked.label) if asked.required else asked.label


def _checked(model: type[I], values: dict[str, Any], state: FormState) -> I | None:
    try:
        entered = validated(model, values)
    except Invalid as error:
        state.summary, state.errors = error.text, error.fields
        show_errors(state)
        return None
    if state.sent and state.sent[0] == entered and clock.now() - state.sent[1] < DOUBLE_CLICK:
        return None
    state.errors, state.summary, state.sent = {}, "", (entered, clock.now())
    return entered
