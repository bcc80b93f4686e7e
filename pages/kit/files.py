"""Links to files of what a list shows; the file itself comes from a public route that checks session and permission."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.inputs import Input
from core.operations import Query
from pages.kit import guard
from pages.kit.address import address_of
from pages.kit.grid import Listed

FORMATS = {
    "xlsx": (N_("Excel workbook (xlsx)"), ":material/grid_on:"),
    "utf8": (N_("CSV for Excel (UTF-8)"), ":material/table:"),
    "cp932": (N_("CSV for older programmes (Shift_JIS)"), ":material/history:"),
}


def files(query: Query[Any, Any], question: Input, *, label: str | None = None) -> None:
    """Offer the file that a query makes itself, to whoever may have it; nobody else sees the button.

    Lists do not need it: ``kit.table`` offers its rows as files by itself.
    """
    if _may_export(query):
        st.link_button(
            label or _(N_("As a file")), file_address(query, question), icon=":material/download:",
            key=f"file.{query.name}",
        )  # fmt: skip


def list_files(listed: Listed[Any]) -> None:
    """Offer all rows of a list as files, in the columns that were chosen, to whoever may export them."""
    if not listed.page.rows or not _may_export(listed.query):
        return
    columns = [column.file or name for name, column in listed.shown.items()] if listed.customised else []
    with st.popover(
        _(N_("As a file")), icon=":material/download:", key=f"table.{listed.key}.files", on_change="rerun"
    ) as opened:  # fmt: skip
        if not opened.open:
            return
        for written, (label, icon) in FORMATS.items():
            address = file_address(listed.query, listed.question, written, columns)
            st.link_button(_(label), address, icon=icon, width="stretch")
        st.caption(_(N_("The file holds everything that the filters leave, not only this page.")))


def file_address(query: Query[Any, Any], question: Input, written: str = "utf8", columns: Sequence[str] = ()) -> str:
    """Return the address of the file of a list; without ``columns`` it has all that files of this list have."""
    asked = {**address_of(question), "as": written, **({"columns": list(columns)} if columns else {})}
    return f"/export/{query.name}?{urlencode(asked, doseq=True)}"


def _may_export(query: Query[Any, Any]) -> bool:
    actor = guard.current_actor()
    return actor is not None and actor.looker is None and actor.may(query.name, What.EXPORT)
