"""Asks before something that cannot be taken back, and says what will happen."""

from collections.abc import Callable

import streamlit as st

from core.i18n import N_, _
from core.shown import literal


def confirm(title: str, will: str, *, yes: str, then: Callable[[], object]) -> None:
    """Open a dialog that says what will happen (``will``) and does it (``then``) when the button ``yes`` is pressed.

    All texts are translated already. ``then`` returns something true when it was done (as ``kit.do`` does): the page
    is run again. Otherwise the dialog stays open with what it has shown.
    """
    st.dialog(literal(title), width="small")(question)(will, yes, then)


def question(will: str, yes: str, then: Callable[[], object]) -> None:
    """Draw what stands in the dialog."""
    st.markdown(literal(will))
    answers = st.container(horizontal=True, horizontal_alignment="right", gap="small")
    place = st.container()
    if answers.button(_(N_("Cancel")), key="confirm.no"):
        st.rerun()
    if answers.button(yes, key="confirm.yes", type="primary"):
        with place:
            done = then()
        if done:
            st.rerun()
