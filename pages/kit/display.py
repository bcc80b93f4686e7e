"""How a list is shown: its columns, behind one calm button of the row above it."""

from typing import Any

import streamlit as st

from core.i18n import N_, _
from pages.kit.columns import choose
from pages.kit.grid import Listed


def display(listed: Listed[Any]) -> None:
    """Offer what of the list is shown; what is behind the button is built while it is open only."""
    with st.popover(
        _(N_("Display")), icon=":material/tune:", key=f"table.{listed.key}.display", on_change="rerun"
    ) as opened:  # fmt: skip
        if opened.open:
            choose(listed.key, listed.columns, list(listed.shown))
