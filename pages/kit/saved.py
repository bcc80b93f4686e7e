"""Saved views of a list: which there are, which one is open, and opening one. What is shown stays in the address."""

from dataclasses import dataclass

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _, listed
from core.operations import Query, registered
from core.paging import PageAsk
from core.shown import literal
from pages.kit import edge, guard
from pages.kit.address import PLACE, param, put
from pages.kit.columns import CHOSEN
from pages.kit.moving import Address, worked_out
from services import desk

OPEN = "saved"
"""What the address calls the view that was opened; 0: none, although one is usual."""

KEPT = "kit.saved."


@dataclass(frozen=True)
class Views:
    """The views of a list for whoever sees it, as this run found them."""

    listing: str
    model: type[PageAsk]
    key: str
    actor: Actor
    rows: list[desk.ViewRow]

    @property
    def usual(self) -> desk.ViewRow | None:
        """Return the view in which the list opens for this person."""
        return next((row for row in self.rows if row.usual), None)

    @property
    def opened(self) -> desk.ViewRow | None:
        """Return the view that the address names."""
        number = st.query_params.get(param(self.key, OPEN))
        return next((row for row in self.rows if str(row.id) == number), None)

    @property
    def names(self) -> list[str]:
        """Return what a view of this list may hold: its filters, order and columns."""
        asked = [name for name in self.model.model_fields if name not in PageAsk.model_fields]
        return [*asked, "sort", CHOSEN]

    def shown(self) -> Address:
        """Return what the list shows now, as a view would hold it."""
        named = {name: st.query_params.get_all(param(self.key, name)) for name in self.names}
        return {name: values for name, values in named.items() if values}

    def usable(self, view: desk.ViewRow) -> Address:
        """Return what a view means now, without what the list does not have any more."""
        known = {name: values for name, values in view.address.items() if name in self.names}
        return worked_out(self.model, known, self.actor)

    def missing(self, view: desk.ViewRow) -> list[str]:
        """Return the filters of a view that the list does not have any more."""
        return [name for name in view.address if name not in self.names]


def listing_of(name: str, key: str) -> str:
    """Return what views call a list: the name of its query, and its key on the page where it has one."""
    return f"{name}@{key}" if key else name


def find_views(model: type[PageAsk], key: str) -> None:
    """Ask, once a run, which views a list has; open the usual one where the address says nothing of the list yet."""
    actor, name = guard.current_actor(), _query_of(model)
    st.session_state.pop(f"{KEPT}{key}", None)
    if actor is None or actor.account_id is None or name is None:
        return
    listing = listing_of(name, key)
    found = Views(listing, model, key, actor, edge.ask(desk.views, desk.ViewsAsk(listing=listing)))
    st.session_state[f"{KEPT}{key}"] = found
    if found.usual and not _is_asked(found):
        open_view(found, found.usual)
    if (view := found.opened) and (missing := found.missing(view)):
        sentence = N_("The view “{name}” has filters that this list does not have any more; it is shown without them: "
                      "{filters}. Replace the view, and this goes away.")  # fmt: skip
        st.warning(_(sentence, name=literal(view.name), filters=literal(listed(missing))), icon=":material/link_off:")


def views_of(key: str) -> Views | None:
    """Return the views that this run found for a list; None: the list has no filters, or nobody is signed in."""
    found: Views | None = st.session_state.get(f"{KEPT}{key}")
    return found


def open_view(found: Views, view: desk.ViewRow | None) -> None:
    """Show a list as a view has it, from its first page on; None: as a whole."""
    for name in (*found.names, *PLACE):
        st.query_params.pop(param(found.key, name), None)
    for name, values in (found.usable(view) if view else {}).items():
        st.query_params[param(found.key, name)] = values if len(values) > 1 else values[0]
    put(param(found.key, OPEN), str(view.id) if view else "0" if found.usual else "")


def leave_view(key: str) -> None:
    """Go on without the view that is open."""
    if param(key, OPEN) in st.query_params:
        st.query_params[param(key, OPEN)] = "0"


def is_changed(found: Views, view: desk.ViewRow) -> bool:
    """Say whether the list shows something else than the view that is open."""
    return found.usable(view) != found.shown()


def _is_asked(found: Views) -> bool:
    names = (*found.names, *PLACE, OPEN)
    return any(param(found.key, name) in st.query_params for name in names)


def _query_of(model: type[PageAsk]) -> str | None:
    # A page may ask for more than the question's class has, such as own fields, by a class made of it.
    queries = {one.asks: one.name for one in registered() if isinstance(one, Query)}
    return next((queries[kind] for kind in model.__mro__ if kind in queries), None)
