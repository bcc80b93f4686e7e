"""How a list is shown: its saved views and its columns, behind one calm button of the row above it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.i18n import N_, _
from core.operations import Operation
from pages.kit import edge, moving
from pages.kit.columns import choose
from pages.kit.grid import Listed
from pages.kit.saved import Views, is_changed, listing_of, open_view, views_of
from services import desk

WHOLE = N_("Whole list")


def display(listed: Listed[Any]) -> None:
    """Offer how the list is shown; what is behind the button is built while it is open only."""
    found = _views(listed)
    # Its text stays the same: with another one it would be another button, and closed.
    with st.popover(
        _(N_("Display")), icon=":material/tune:", key=f"table.{listed.key}.display", on_change="rerun"
    ) as opened:  # fmt: skip
        if opened.open:
            if found is not None and found.rows:
                _choice(found)
            choose(listed.key, listed.columns, list(listed.shown))
            if found is not None:
                _keeping(found)


def view_in_words(listed: Listed[Any]) -> str:
    """Say which view is open, and whether the list shows something else by now; nothing where none is."""
    found = _views(listed)
    view = found.opened if found else None
    if found is None or view is None:
        return ""
    return _(N_("{name} (changed)"), name=view.name) if is_changed(found, view) else view.name


def _views(listed: Listed[Any]) -> Views | None:
    found = views_of(listed.key)
    is_this = found is not None and found.listing == listing_of(listed.query.name, listed.key)
    return found if is_this else None


def _choice(found: Views) -> None:
    names = {0: _(WHOLE), **{row.id: _named(row) for row in found.rows}}
    widget = f"view.{found.key}.open"
    st.session_state[widget] = found.opened.id if found.opened else 0
    st.selectbox(
        _(N_("Saved view")), list(names), format_func=names.__getitem__, key=widget, filter_mode="contains",
        on_change=_open, args=(found, widget),
    )  # fmt: skip


def _named(row: desk.ViewRow) -> str:
    name = _(N_("{name} (shared)"), name=row.name) if row.shared else row.name
    return f"★ {name}" if row.usual else name


def _open(found: Views, widget: str) -> None:
    open_view(found, next((row for row in found.rows if row.id == st.session_state[widget]), None))


def _keeping(found: Views) -> None:
    view = found.opened
    if view is not None:
        _usual(found, view)
    with st.container(border=True, gap="small"):
        name = st.text_input(
            _(N_("Name of the view")), view.name if view else "", max_chars=60, key=f"view.{found.key}.name.{_of(view)}"
        )  # fmt: skip
        address = _with_words(found, view)
        asked = {"listing": found.listing, "name": name, "address": address}
        with st.container(horizontal=True, gap="small"):
            if st.button(_(N_("Save as a new view")), key=f"view.{found.key}.save", icon=":material/bookmark_add:"):
                _did(found, desk.save_view, asked)
            if view is not None and view.changeable:
                _changing(found, view, asked)


def _usual(found: Views, view: desk.ViewRow) -> None:
    widget = f"view.{found.key}.usual.{view.id}"
    st.session_state[widget] = view.usual
    st.checkbox(
        _(N_("This list opens in this view for me")), key=widget, on_change=_make_usual,
        args=(found, view),
    )  # fmt: skip


def _make_usual(found: Views, view: desk.ViewRow) -> None:
    edge.do(desk.choose_usual, desk.UsualChoice(listing=found.listing, id=None if view.usual else view.id))


def _changing(found: Views, view: desk.ViewRow, asked: Mapping[str, object]) -> None:
    if st.button(_(N_("Replace this view")), key=f"view.{found.key}.replace", icon=":material/save:"):
        _did(found, desk.save_view, {**asked, "id": view.id, "version": view.version})
    if found.actor.may(desk.share_view.name, desk.share_view.what):
        text, icon = (
            (N_("Share with nobody"), ":material/lock:") if view.shared
            else (N_("Share with everybody"), ":material/group:")
        )  # fmt: skip
        if st.button(_(text), key=f"view.{found.key}.share", icon=icon):
            _did(found, desk.share_view, {"id": view.id, "shared": not view.shared})
    if st.button(_(N_("Delete this view")), key=f"view.{found.key}.delete", icon=":material/delete:"):
        _did(found, desk.delete_view, {"id": view.id})


def _with_words(found: Views, view: desk.ViewRow | None) -> moving.Address:
    """Ask which values shall move along with the day and the person; return what the view will hold."""
    address = found.shown()
    for name, values in address.items():
        word = moving.word_for(found.model, name, values, found.actor)
        held = view.address.get(name) if view else None
        if word is not None and st.checkbox(
            moving.said(found.model, name, word), held == [word], key=f"view.{found.key}.word.{name}.{_of(view)}"
        ):
            address[name] = [word]
    return address


def _of(view: desk.ViewRow | None) -> str:
    return f"{view.id}-{view.version}" if view else "new"


def _did(found: Views, operation: Operation[Any, Any], asked: Mapping[str, object]) -> None:
    done = edge.do(operation, asked)
    if done is None:
        return
    if isinstance(done.result, desk.ViewRow):
        open_view(found, done.result)
    elif operation is desk.delete_view:
        open_view(found, None)
    st.rerun()
