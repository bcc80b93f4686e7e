"""A message that is still there after the page was run again or another page was opened."""

from typing import Literal

import streamlit as st

from core.shown import literal

Kind = Literal["success", "info", "warning", "error"]
KEY = "kit.flash"
ICONS = {
    "success": ":material/check_circle:",
    "info": ":material/info:",
    "warning": ":material/warning:",
    "error": ":material/error:",
}


def flash(message: str, kind: Kind = "success") -> None:
    """Keep a sentence (already translated) until the next page header shows it."""
    st.session_state.setdefault(KEY, []).append((kind, message))


def show_flashes() -> None:
    """Show what was kept, once. ``kit.header`` calls it."""
    for kind, message in st.session_state.pop(KEY, []):
        getattr(st, kind)(literal(message), icon=ICONS[kind])
