"""Fields that hang on others: choices that change with an earlier field, and fields that an earlier one fills in."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core.inputs import Of
from core.operations import Query, find
from pages.kit import edge
from pages.kit.form_state import FormState, Values
from pages.kit.sought import settled
from pages.kit.widgets import Asked


def with_choices(asked: Asked, widget: str, values: Values) -> Asked:
    """Return a field with the choices that go with what stands before it; a choice that is none any more is undone."""
    if asked.sought:
        return settled(asked, widget)
    if not asked.depends or not asked.of:
        return asked
    choices: dict[Any, str] = {}
    before = values.get(asked.depends)
    if before is not None:
        with edge.acting() as tx:
            process = find(asked.of)
            choices = {row.value: row.label for row in process(tx, Of(of=before))} if process.allowed(tx.actor) else {}
    present = st.session_state.get(widget)
    if asked.many:
        st.session_state[widget] = [one for one in present or [] if one in choices]
    elif present not in choices:
        st.session_state[widget] = None
    return replace(asked, choices=choices)


def fill_others(asked: Asked, value: Any, widgets: Mapping[str, str], state: FormState) -> None:
    """Put what a field says into later ones that are empty, or that it filled before and nobody has changed.

    What stands there when the form is opened is left alone, and so is everything that is not known.
    """
    if not asked.fills or state.looked_up.get(asked.name) == value:
        return
    known = state.fresh
    state.looked_up[asked.name] = value
    if known or not value:
        return
    process: Query[Any, Any] = find(asked.fills)  # type: ignore[assignment]  # what is only looked up
    answer = edge.ask(process, process.asks(value=str(value))).model_dump()
    for name, text in answer.items():
        widget = widgets.get(name)
        if widget and text and st.session_state.get(widget) in ("", None, [], state.filled_in.get(name)):
            st.session_state[widget] = state.filled_in[name] = text
