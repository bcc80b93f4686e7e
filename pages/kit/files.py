"""Links to files of what a list shows; the file itself comes from a public route that checks session and permission."""

from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.inputs import Input
from core.operations import Query
from pages.kit import guard
from pages.kit.address import address_of

EXCEL, OLDER = N_("CSV for Excel (UTF-8)"), N_("CSV for older programmes (Shift_JIS)")


def files(query: Query[Any, Any], question: Input, *, label: str | None = None) -> None:
    """Offer what a list shows as CSV, to whoever may export it; nobody else sees the button.

    A query that answers with a file of its own gives that file; any other list comes in two encodings.
    """
    actor = guard.current_actor()
    if actor is None or not actor.may(query.name, What.EXPORT):
        return
    label = label or _(N_("As a file"))
    if query.what is What.EXPORT:
        st.link_button(label, file_address(query, question), icon=":material/download:", key=f"file.{query.name}")
        return
    with st.popover(label, icon=":material/download:", key=f"files.{query.name}"):
        st.link_button(_(EXCEL), file_address(query, question), icon=":material/table:", width="stretch")
        st.link_button(_(OLDER), file_address(query, question, "cp932"), icon=":material/history:", width="stretch")
        st.caption(_(N_("The file holds everything that the filters leave, not only this page.")))


def file_address(query: Query[Any, Any], question: Input, encoding: str = "utf8") -> str:
    """Return the address of the file of a list."""
    return f"/export/{query.name}?{urlencode({**address_of(question), 'as': encoding}, doseq=True)}"
