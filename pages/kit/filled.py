"""What every form does, whatever it asks: drafts, conflicts, errors beside their fields, one run when it is sent."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from pydantic import BaseModel
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.i18n import N_, _
from core.shown import literal
from pages.kit import guard
from pages.kit.conflicts import CHOOSE_ONE, MEANWHILE, show_differences, undecided
from pages.kit.drafts import find_draft, keep_draft, offer_draft
from pages.kit.form_state import FormState, Values, differences, earlier_copy, put_all, state_of, widgets_of
from pages.kit.widgets import Asked, present

WIDTH = 760
SAVE = N_("Save")
OVERTAKEN = N_("Somebody else changed this meanwhile. Look at it as it is now.")
Initial = BaseModel | Mapping[str, Any] | None
Draw = Callable[[Mapping[str, str], FormState], Values]


def filled(
    key: str,
    fields: Mapping[str, Asked],
    draw: Draw,
    *,
    initial: Initial = None,
    version: int | None = None,
    submit: str | None = None,
    title: str = "",
    boxed: bool = True,
) -> Values | None:
    """Show a form of ``fields``; return what stands in it in the one run after it was sent.

    ``draw`` gets the keys of the widgets by field, and the form's state for places of errors; it draws the fields and
    returns what they hold. ``version`` is the record's: ``key`` ends with it, and another one is a conflict.
    """
    state = state_of(key)
    state.version, state.title = version, title or submit or _(SAVE)
    state.stem = key if version is None else key.removesuffix(f"-{version}")
    widgets = widgets_of(key, state, fields)
    if not any(widget in st.session_state for widget in widgets.values()):
        _start(key, state, fields, widgets, initial)

    signed_in = guard.current_actor() is not None  # the first start asks before there is anybody

    def body() -> None:
        if signed_in:
            guard.guard()
        with st.container(border=boxed, width=WIDTH if boxed else "stretch"):
            offer_draft(state, fields, widgets)
            show_differences(key, state, fields, widgets)
            state.values = draw(widgets, state)
            state.slots[""] = st.empty()
            if state.fresh:
                state.initial, state.fresh = dict(state.values), False
            state.pressed = st.button(submit or _(SAVE), type="primary", key=f"{key}.{state.generation}.submit")
        if not undecided(state):
            keep_draft(state, fields)
        if state.pressed and _is_alone():
            st.rerun(scope="app")
        if not state.pressed:
            show_errors(state)

    # Not st.form: what is typed there is known when it is sent only. As a fragment, a field that was left costs a run
    # of the form, not of the page; the page is run when the form is sent.
    pressed, state.pressed = state.pressed, False
    st.fragment(body)()
    pressed, state.pressed = pressed or state.pressed, False
    if pressed and (left := undecided(state)):
        state.summary, state.errors = _(MEANWHILE), {name: _(CHOOSE_ONE) for name in left}
        show_errors(state)
        return None
    return state.values if pressed else None


def show_errors(state: FormState) -> None:
    """Show beside each field what is wrong with it, and the rest below."""
    for name, slot in state.slots.items():
        if name and name in state.errors:
            slot.markdown(f":small[:red[:material/error: {literal(state.errors[name])}]]")
    others = [text for name, text in state.errors.items() if name not in state.slots]
    if state.summary:
        state.slots[""].error("  \n".join(map(literal, [state.summary, *others])))


def _start(
    key: str,
    state: FormState,
    fields: Mapping[str, Asked],
    widgets: Mapping[str, str],
    initial: Initial,
) -> None:
    state.errors, state.summary, state.offer, state.drafted, state.differences = {}, "", None, {}, {}
    state.looked_up, state.filled_in = {}, {}
    state.fresh = True
    state.initial = {name: present(asked, _present(initial, name, asked.default)) for name, asked in fields.items()}
    put_all(fields, widgets, state.initial)
    earlier = earlier_copy(key, state, fields)
    if earlier is None:
        find_draft(state, fields)
        return
    other, mine = earlier
    mine |= {name: other.differences[name].mine for name in undecided(other)}
    other.drafted = {}  # whoever saved may be the same person in another tab, and that removed it
    keep_draft(other, fields, mine)
    state.drafted = other.drafted
    state.differences = differences(other.initial, state.initial, mine)
    put_all(fields, widgets, {name: one.value for name, one in state.differences.items()})
    state.fresh = not state.differences
    if other.pressed and not state.differences:
        state.summary = _(OVERTAKEN)


def _is_alone() -> bool:
    """Say whether this run is the form's own, without the page around it."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def _present(initial: Initial, name: str, default: Any) -> Any:
    if isinstance(initial, BaseModel):
        return getattr(initial, name, default)
    return (initial or {}).get(name, default)
