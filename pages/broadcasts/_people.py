"""Single people as recipients: found by name, kana or code, and kept while others are looked for."""

import streamlit as st

from core.i18n import N_, _
from core.inputs import label_of
from core.shown import aside
from pages import kit
from services.broadcasts import Selection, Shown
from services.people import search_people
from services.people.search import PeopleAsk

MOST_FOUND = 50


def choose_people(shown: Shown, *, disabled: bool) -> list[int]:
    """Let single people be found and chosen; return their ids."""
    key = f"audience-{shown.broadcast.id}"
    known: dict[int, str] = st.session_state.setdefault(
        f"{key}.known", {person.value: person.label for person in shown.people}
    )
    text = st.text_input(
        _(N_("Find single people by name, kana or code")), key=f"{key}.find", max_chars=100, disabled=disabled,
        icon=":material/search:",
    )  # fmt: skip
    if text.strip():
        found = kit.ask(search_people, PeopleAsk(text=text.strip(), size=MOST_FOUND)).rows
        known.update({person.id: aside(person.name, person.code) for person in found})
        if not found:
            st.caption(_(N_("Nobody is called like this.")))
    return st.multiselect(
        label_of(Selection, "people"), list(known), default=[person.value for person in shown.people],
        format_func=known.__getitem__, key=f"{key}.people", disabled=disabled, placeholder=_(N_("Choose")),
    )  # fmt: skip
