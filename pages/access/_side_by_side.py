"""The permission master: all permission sets side by side, a tick where a set grants something, saved together.

What was ticked is kept while other words are looked for, until it is saved or thrown away.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.i18n import N_, _
from core.shown import aside
from pages import kit
from pages.access._matrix import found_by
from services.access import ChangedSet, ChangedSets, ProcessRow, SetRow, edit_sets

PENDING = "matrix.pending"
ROUND = "matrix.round"
WIDEST = 5
Ticks = dict[tuple[int, str], bool]
"""What was changed and not saved: by set and grant."""


def side_by_side(sets: list[SetRow], processes: list[ProcessRow], *, changeable: bool, word: str) -> None:
    """Show the sets as columns and the permissions as rows, and save all changes at once."""
    shown = _chosen(sets)
    found = found_by(processes, word)
    if not found or not shown:
        st.info(_(N_("Nothing to show: choose sets above, or look for another word.")), icon=":material/search_off:")
        return
    pending = _still_good(sets)
    with st.container(border=False):
        _grid(shown, found, pending, changeable=changeable, word=word)
    if pending:
        _saving(sets, pending)


def _chosen(sets: list[SetRow]) -> list[SetRow]:
    names = {row.id: row.name for row in sets}
    usual = [row.id for row in sets if not row.everything][:WIDEST]  # whose boxes are all ticked says nothing
    picked = st.multiselect(
        _(N_("Permission sets")), list(names), default=usual, format_func=names.__getitem__,
        key="matrix.sets", placeholder=_(N_("Choose")),
    )  # fmt: skip
    return [row for row in sets if row.id in picked]


def _still_good(sets: list[SetRow]) -> Ticks:
    """Return what was ticked, without what is so by now anyway or belongs to a set that is gone."""
    granted = {row.id: set(row.grants) for row in sets}
    kept: Ticks = st.session_state.setdefault(PENDING, {})
    for set_id, grant in list(kept):
        if set_id not in granted or kept[set_id, grant] is (grant in granted[set_id]):
            del kept[set_id, grant]
    return kept


def _grid(shown: list[SetRow], found: list[ProcessRow], pending: Ticks, *, changeable: bool, word: str) -> None:
    versions = "-".join(f"{row.id}.{row.version}" for row in shown)
    key = f"matrix.{st.session_state.get(ROUND, 0)}.{versions}.{word}"
    # As it was when this grid was first drawn: what is ticked in it since, it adds by itself.
    base = st.session_state.setdefault(f"{key}.base", _table(shown, found, pending))
    columns: dict[str, Any] = {
        "title": st.column_config.TextColumn(_(N_("Permission")), disabled=True, pinned=True, width=230),
        "category": st.column_config.TextColumn(_(N_("Category")), disabled=True, width=120),
    }
    for row in shown:
        closed = row.everything or not changeable
        columns[_column(row)] = st.column_config.CheckboxColumn(row.name, disabled=closed, width=120)
    edited = st.data_editor(
        base, column_config=columns, key=key, hide_index=True, num_rows="fixed", width="stretch",
        height=min(560, 36 * (len(found) + 1) + 2),
    )  # fmt: skip
    for row in shown:
        if not row.everything:
            _note(row, found, list(edited[_column(row)]), pending)


def _table(shown: list[SetRow], found: list[ProcessRow], pending: Mapping[tuple[int, str], bool]) -> pd.DataFrame:
    table: dict[str, list[Any]] = {"title": [aside(row.title, kit.said(row.what)) for row in found]}
    for one in shown:
        table[_column(one)] = [
            one.everything or pending.get((one.id, row.grant), row.grant in one.grants) for row in found
        ]
    table["category"] = [row.category_title for row in found]
    return pd.DataFrame(table)


def _note(row: SetRow, found: list[ProcessRow], ticks: list[bool], pending: Ticks) -> None:
    for process, ticked in zip(found, ticks, strict=True):
        if bool(ticked) is (process.grant in row.grants):
            pending.pop((row.id, process.grant), None)
        else:
            pending[row.id, process.grant] = bool(ticked)


def _column(row: SetRow) -> str:
    return f"set-{row.id}"


def _saving(sets: list[SetRow], pending: Ticks) -> None:
    names = {row.id: row.name for row in sets}
    touched = {set_id: sum(one == set_id for one, _grant in pending) for set_id in sorted({one for one, _ in pending})}
    words = kit.joined(_(N_("{name}: {count} changes"), name=names[one], count=count) for one, count in touched.items())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/edit: {kit.literal(words)}", width="stretch")
        if st.button(_(N_("Throw away")), key="matrix.drop"):
            _begin_anew()
            st.rerun()
        pressed = st.button(_(N_("Save all changes")), key="matrix.save", type="primary")
    if pressed and kit.do(edit_sets, _asked(sets, pending)):
        _begin_anew()
        kit.flash(_(N_("Saved. It holds from the next click of everybody who has one of these sets.")))
        st.rerun()


def _asked(sets: list[SetRow], pending: Ticks) -> ChangedSets:
    touched = {set_id for set_id, _grant in pending}
    return ChangedSets(sets=[
        ChangedSet(
            id=row.id, version=row.version,
            given=sorted(grant for (one, grant), ticked in pending.items() if one == row.id and ticked),
            taken=sorted(grant for (one, grant), ticked in pending.items() if one == row.id and not ticked),
        )
        for row in sets if row.id in touched
    ])  # fmt: skip


def _begin_anew() -> None:
    st.session_state[PENDING] = {}
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
