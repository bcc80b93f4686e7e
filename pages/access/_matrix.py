"""The matrix of a permission set: name, purpose and one box for each process; a form like any other.

Its categories are folded; a word shows only the boxes in whose names it stands. What is not shown keeps its tick.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.i18n import N_, _
from core.text import sought
from pages import kit
from pages.kit.filled import filled
from pages.kit.form_state import FormState
from pages.kit.widgets import Asked, asked_fields, draw
from services.access import EditedSet, ProcessRow, SetRow, edit_set

Boxes = Mapping[str, Asked]


def matrix(chosen: SetRow, processes: list[ProcessRow], *, changeable: bool, word: str = "") -> None:
    """Show name, purpose and one box for each process that the word finds, and save all of it at once."""
    named = {asked.name: asked for asked in asked_fields(EditedSet)}
    boxes = {row.grant: _box(named["name"], row) for row in processes}
    grants = {grant: chosen.everything or grant in chosen.grants for grant in boxes}
    initial = {"name": chosen.name, "description": chosen.description, **grants}
    if not changeable or chosen.everything:
        _read_only(chosen, boxes, processes, grants, word)
        return
    key = f"set-{chosen.id}-{chosen.version}"
    values = filled(
        key, {**named, **boxes},
        lambda widgets, state: _fields(named, boxes, (processes, word), widgets, state),
        initial=initial, version=chosen.version, title=edit_set.title, boxed=False,
    )  # fmt: skip
    if values is not None:
        _save(key, chosen, values, [grant for grant in boxes if values[grant]])


def _box(like: Asked, row: ProcessRow) -> Asked:
    label = f"{row.title} :gray-badge[{kit.said(row.what)}]"
    return replace(
        like, name=row.grant, label=label, help=row.process, kind=bool, required=False, default=False, choices=None
    )  # fmt: skip


def _fields(
    named: Boxes, boxes: Boxes, looked_for: tuple[list[ProcessRow], str], widgets: Mapping[str, str], state: FormState
) -> dict[str, Any]:
    processes, word = looked_for
    values: dict[str, Any] = {}
    places = dict(zip(named, st.columns([1, 2]), strict=True))
    for name, asked in named.items():
        label = _(N_("{label} (required)"), label=asked.label) if asked.required else asked.label
        with places[name]:
            values[name] = draw(asked, widgets[name], label=label)
            state.slots[name] = st.empty()
    for row in processes:  # a tick whose box is not drawn would be forgotten after this run
        values[row.grant] = st.session_state[widgets[row.grant]] = st.session_state.get(widgets[row.grant], False)
    for grant, place in _places(processes, {grant for grant in boxes if state.initial.get(grant)}, word):
        with place:
            values[grant] = draw(boxes[grant], widgets[grant])
    return values


def _read_only(
    chosen: SetRow, boxes: Boxes, processes: list[ProcessRow], held: Mapping[str, bool], word: str
) -> None:  # fmt: skip
    kit.facts({_(N_("Name")): chosen.name, _(N_("Purpose")): chosen.description})
    for grant, place in _places(processes, {grant for grant, ticked in held.items() if ticked}, word):
        asked = boxes[grant]
        place.checkbox(asked.label, held[grant], key=f"seen-{chosen.id}-{grant}", help=asked.help, disabled=True)


def found_by(processes: list[ProcessRow], text: str) -> list[ProcessRow]:
    """Return the processes in whose category, name or key all these words stand, in whichever letters."""
    words = [sought(word) for word in text.split()]
    named = {row.grant: f"{row.category_title} {row.title} {kit.said(row.what)} {row.process}" for row in processes}
    lowered = {grant: unicodedata.normalize("NFKC", name).lower() for grant, name in named.items()}
    return [row for row in processes if all(any(form in lowered[row.grant] for form in word) for word in words)]


def _places(processes: list[ProcessRow], held: set[str], word: str) -> Iterator[tuple[str, DeltaGenerator]]:
    found = found_by(processes, word)
    if not found:
        st.info(_(N_("No permission is called so.")), icon=":material/search_off:")
    for title, group in groupby(found, key=lambda row: row.category_title):
        rows = list(group)
        ticked = sum(row.grant in held for row in rows)
        label = _(N_("{category}: {held} of {all}"), category=title, held=ticked, all=len(rows))
        with st.expander(label, expanded=bool(word)):
            columns = st.columns(3)
        for at, row in enumerate(rows):
            yield row.grant, columns[at % 3]


def _save(key: str, chosen: SetRow, values: Mapping[str, Any], grants: list[str]) -> None:
    asked = {
        "name": values["name"], "description": values["description"], "grants": grants, "id": chosen.id or None,
        "version": chosen.version,
    }  # fmt: skip
    done = kit.do(edit_set, asked, on_error=lambda error: kit.refused(key, error))
    if done:
        kit.clear(key)
        kit.flash(_(N_("Saved. It holds from the next click of everybody who has this permission set.")))
        st.query_params["id"] = str(done.result.id)
        st.rerun()
