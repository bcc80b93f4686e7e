"""Several views of one page, of which only the chosen one is built; the choice stands in the address."""

from collections.abc import Mapping

import streamlit as st

from core.i18n import N_, _
from pages.kit.address import put

VIEW = "view"


def view(names: Mapping[str, str]) -> str:
    """Let a person choose one of the views, ``names`` by key and translated already; return the key of the chosen one.

    Unlike tabs, whose every part is made at each run, the others cost nothing. The first is the usual one, and where
    there is only one, nothing is asked.
    """
    usual, *others = names
    asked = st.query_params.get(VIEW, usual)
    chosen = asked if asked in names else usual
    if others:
        st.session_state[VIEW] = chosen
        st.segmented_control(
            _(N_("View")), list(names), format_func=names.__getitem__, key=VIEW, required=True,
            label_visibility="collapsed", on_change=_changed, args=(usual,),
        )  # fmt: skip
    return chosen


def _changed(usual: str) -> None:
    chosen = st.session_state[VIEW]
    put(VIEW, "" if chosen == usual else chosen)
