"""Rows that are changed where they stand on a page: the address says which one is open (``?id=7``, ``?id=new``)."""

from collections.abc import Callable

import streamlit as st

from core.i18n import N_, _

NEW = "new"


def is_open(row_id: int | str) -> bool:
    """Say whether a row is open for change."""
    return st.query_params.get("id") == str(row_id)


def edit_button(row_id: int | str, label: str | None = None, *, quiet: bool = False) -> None:
    """Offer to open a row; ``quiet``: the button looks like text, where many stand on a page."""
    if st.button(
        label or _(N_("Edit")), key=f"edit-{row_id}", icon=":material/edit:", type="tertiary" if quiet else "secondary"
    ):
        _open(row_id)


def new_row(make: str, heading: str, ask: Callable[[], None]) -> None:
    """Offer to make a row by the button ``make``; once it is pressed, draw what asks for the row below a heading."""
    if is_open(NEW):
        st.subheader(heading, anchor=False)
        ask()
    elif st.button(make, key=NEW, icon=":material/add:"):
        _open(NEW)


def close_after(saved: object, key: str) -> None:
    """Close the open row when it was saved, or by a button."""
    if saved or st.button(_(N_("Close without saving")), key=f"{key}-close", type="tertiary"):
        st.query_params.pop("id", None)
        st.rerun()


def _open(row_id: int | str) -> None:
    st.query_params["id"] = str(row_id)
    st.rerun()
