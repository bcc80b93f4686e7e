"""The head of every page."""

import streamlit as st

from core.i18n import N_, _
from core.shown import literal
from pages.kit.address import restore, way_back
from pages.kit.flash import show_flashes
from pages.kit.look import variables
from services.setup import Look

HEADING = "kit.heading"
"""What the page that is shown is called, for the list of what was begun on it."""


def style(look: Look) -> None:
    """Give the rules of ``pages/public/console.css`` the organisation's colours and our words, on every page."""
    choose_file = _(N_("Choose a file, or drop it here"))
    st.html(f'<style>:root {{ {variables(look)} --choose-file: "{choose_file}"; }}</style>')


def header(
    title: str,
    sentence: str = "",
    *,
    back: tuple[str, str] | None = None,
    next_step: tuple[str, str] | None = None,
) -> None:
    """Open a page: what it is, what it is for in one sentence, where to go on, and what was said by the page before.

    ``back`` and ``next_step`` are a label and a page's file below ``pages/``; the way back leads to the list as it was
    left.
    """
    restore()
    st.session_state[HEADING] = title
    if back:
        st.page_link(back[1], label=back[0], icon=":material/arrow_back:", query_params=way_back(back[1]))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title(literal(title), anchor=False, width="stretch")
        if next_step:
            st.page_link(
                next_step[1], label=_(N_("Next: {page}"), page=next_step[0]), icon=":material/arrow_forward:",
                icon_position="right",
            )  # fmt: skip
    if sentence:
        st.caption(literal(sentence))
    show_flashes()
