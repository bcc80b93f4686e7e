"""A page of the contact network as a grid in which contact points are mended, with one save."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import Invalid, RenrakuError
from core.i18n import N_, _
from core.inputs import label_of
from core.shown import joined
from pages import kit
from services.network import MendedPerson, NetworkAsk, NetworkRow, mend, search_network

EDITED = ("mobile", "mail1", "mail2", "mail3")
MAILS = 3


def grid(question: NetworkAsk, unit: str, empty: str) -> None:
    """Show the page of rows that ``question`` names, to be typed into and saved together."""
    st.caption(_(N_("Type into the cells and save before you turn the page. What is empty is cleared.")))
    kit.paged(search_network, question, edit, key="", unit=unit, empty=empty)


def edit(rows: Sequence[NetworkRow]) -> None:
    """Let a person type into the contact points of these people; save what was changed."""
    before = [_cells(row) for row in rows]
    frame = pd.DataFrame(
        [{"name": row.name, "notes": joined(row.notes), **cells} for row, cells in zip(rows, before, strict=True)]
    )
    config: dict[str, Any] = {
        "name": st.column_config.TextColumn(_(N_("Name")), disabled=True, pinned=True),
        "notes": st.column_config.TextColumn(_(N_("To mend")), disabled=True, width="medium"),
        **{name: st.column_config.TextColumn(label_of(MendedPerson, name)) for name in EDITED},
    }
    key = f"network.grid.{hash(tuple((row.id, row.version) for row in rows))}"
    edited = st.data_editor(
        frame, column_config=config, hide_index=True, num_rows="fixed", key=key, width="stretch",
        height="content",
        column_order=["name", *EDITED, "notes"],
    )  # fmt: skip
    after = [{name: str(line[name] or "").strip() for name in EDITED} for line in edited.to_dict("records")]
    changed = [
        {"id": row.id, "version": row.version, **cells}
        for row, was, cells in zip(rows, before, after, strict=True) if cells != was
    ]  # fmt: skip
    label = _(N_("Save {count} people"), count=len(changed)) if changed else _(N_("Save"))
    if st.button(label, type="primary", key="save-grid", disabled=not changed, icon=":material/save:"):
        done = kit.do(mend, {"rows": changed}, on_error=lambda error: _refused(error, rows))
        if done:
            kit.flash(_(N_("Saved: {count} people were changed."), count=kit.number(done.result.count)))
            st.rerun()


def _cells(row: NetworkRow) -> dict[str, str]:
    mails = [*row.mails[:MAILS], *[""] * (MAILS - len(row.mails))]
    return {"mobile": row.mobile, **dict(zip(EDITED[1:], mails, strict=True))}


def _refused(error: RenrakuError, rows: Sequence[NetworkRow]) -> None:
    if not isinstance(error, Invalid) or not error.fields:
        st.error(kit.literal(error.text), icon=":material/error:")
        return
    names = {str(row.id): row.name for row in rows}
    lines = [_(N_("Nothing was saved. Look at these cells again:"))]
    for where, sentence in error.fields.items():
        key, _dot, name = where.partition(".")
        place = f"{names.get(key, key)}, {label_of(MendedPerson, name) if name in EDITED else name}"
        lines.append(f"- **{kit.literal(place)}**: {kit.literal(sentence)}")
    st.error("\n".join(lines), icon=":material/error:")
