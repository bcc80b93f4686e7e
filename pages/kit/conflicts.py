"""Somebody else saved the record meanwhile: both versions by field; nothing is overwritten, the person chooses."""

from collections.abc import Mapping

import streamlit as st

from core.i18n import N_, _
from pages.kit.form_state import MINE, THEIRS, FormState, put_all
from pages.kit.plain import facts
from pages.kit.sought import with_names
from pages.kit.widgets import Asked, in_words

MEANWHILE = N_(
    "Somebody else changed this meanwhile. Nothing was overwritten: choose for each difference what shall stand, "
    "then save. What only one of you changed is chosen already."
)
CHOOSE_ONE = N_("Choose whose this shall be, above.")


def show_differences(key: str, state: FormState, fields: Mapping[str, Asked], widgets: Mapping[str, str]) -> None:
    """Show where both versions differ and let one be chosen for each field, or for all."""
    if not state.differences:
        return
    st.warning(_(MEANWHILE), icon=":material/call_split:")
    with st.container(horizontal=True, gap="small"):
        for whose, text in ((MINE, N_("All as I typed it")), (THEIRS, N_("All as it is now"))):
            st.button(
                _(text), key=f"{key}.{state.generation}.all.{whose}", on_click=_choose_all,
                args=(key, state, fields, widgets, whose),
            )  # fmt: skip
    for name in state.differences:
        _difference(key, state, fields, widgets, name)


def undecided(state: FormState) -> list[str]:
    """Return the fields for which nobody has chosen yet; who typed something new into one has chosen that."""
    return [
        name for name, one in state.differences.items() if one.chosen is None and state.values.get(name) == one.theirs
    ]  # fmt: skip


def _difference(key: str, state: FormState, fields: Mapping[str, Asked], widgets: Mapping[str, str], name: str) -> None:
    one = state.differences[name]
    asked, widget = fields[name], _widget(key, state, name)
    with st.container(border=True, gap="small"):
        st.markdown(f"**{asked.label}**")
        values = {N_("Before"): one.before, N_("Now, by somebody else"): one.theirs, N_("As you typed it"): one.mine}
        asked = with_names(asked, [*values.values()])
        facts({_(label): in_words(asked, value) for label, value in values.items()}, label=asked.label)
        names = {MINE: _(N_("As you typed it")), THEIRS: _(N_("Now, by somebody else"))}
        st.session_state[widget] = one.chosen
        st.radio(
            asked.label, list(names), index=None, format_func=names.__getitem__, key=widget, horizontal=True,
            label_visibility="collapsed", on_change=_choose, args=(key, state, fields, widgets, name),
        )  # fmt: skip


def _choose(
    key: str, state: FormState, fields: Mapping[str, Asked], widgets: Mapping[str, str], name: str
) -> None:  # fmt: skip
    one = state.differences[name]
    one.chosen = st.session_state[_widget(key, state, name)]
    put_all(fields, widgets, {name: one.value})


def _choose_all(
    key: str, state: FormState, fields: Mapping[str, Asked], widgets: Mapping[str, str], whose: str
) -> None:  # fmt: skip
    for name, one in state.differences.items():
        st.session_state[_widget(key, state, name)] = one.chosen = whose
        put_all(fields, widgets, {name: one.value})


def _widget(key: str, state: FormState, name: str) -> str:
    return f"{key}.{state.generation}.choice.{name}"
