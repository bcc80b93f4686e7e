"""A list of a query: one page of rows at a time, by key; order, place, columns and selection live in the address."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import streamlit as st

from core.i18n import N_, _
from core.operations import Query
from core.paging import Page, PageAsk
from core.shown import literal
from pages.kit import edge
from pages.kit.address import forget_place, param, put
from pages.kit.columns import Columns, chosen, described
from pages.kit.display import display, view_in_words
from pages.kit.files import list_files
from pages.kit.grid import Listed, Target, follow, grid

R = TypeVar("R")
NOTHING_FOUND = N_("Nothing found. Change or clear the filters above.")


def table(
    query: Query[Any, Page[R]],
    question: PageAsk,
    *,
    columns: Columns,
    key: str = "",
    opens: Callable[[R], Target] | None = None,
    selects: bool = False,
    identity: str = "id",
    empty: str | None = None,
    unit: str | None = None,
) -> R | None:
    """Show the page of rows that ``question`` (from ``kit.filters``) names, with its count, order and the pages around.

    ``opens`` makes the first column a link: it returns the page's file below ``pages/`` and its address values
    (``lambda row: ("people/person.py", {"id": row.id})``). ``selects`` lets a row be picked: it is returned, and its
    ``identity`` stands in the address. ``empty`` says what to do when there is nothing at all; ``unit`` is the text
    around ``{count}`` (``N_("{count} people")``).
    """
    follow(key)
    listed = _listed(query, question, columns, key, identity)
    if not _head(listed, unit, empty):
        return None
    picked = st.query_params.get(param(key, "id"))
    rows = [listed.ids.index(picked)] if picked in listed.ids and selects else []
    grid(listed, opens=opens, mode="single-row" if selects else None, rows=rows)
    _pager(listed)
    return listed.page.rows[rows[0]] if rows else None


def pick(
    query: Query[Any, Page[R]],
    question: PageAsk,
    *,
    columns: Columns,
    key: str = "",
    opens: Callable[[R], Target] | None = None,
    empty: str | None = None,
    unit: str | None = None,
) -> list[R]:
    """Show a page of rows of which several can be picked, and return those; another page starts with none."""
    follow(key)
    listed = _listed(query, question, columns, key, "id")
    if not _head(listed, unit, empty):
        return []
    selection = grid(listed, opens=opens, mode="multi-row", rows=[])
    _pager(listed)
    return [listed.page.rows[at] for at in selection if at < len(listed.page.rows)]


def _listed(
    query: Query[Any, Page[R]], question: PageAsk, columns: Columns, key: str, identity: str
) -> Listed[R]:  # fmt: skip
    page = edge.ask(query, question)
    known = described(columns, page.rows)
    ids = [str(getattr(row, identity, "")) for row in page.rows]
    return Listed(key, query, question, page, known, chosen(key, known), ids)


def _head(listed: Listed[Any], unit: str | None, empty: str | None) -> bool:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        count = _(unit or N_("{count} found"), count=listed.page.count_text)
        view = view_in_words(listed)
        st.markdown(f"{count} :gray-badge[:material/bookmark: {literal(view)}]" if view else count, width="stretch")
        display(listed)
        list_files(listed)
        if listed.sorts and listed.page.count > 1:
            _sort_choice(listed)
    if not listed.page.rows:
        st.info(empty or _(NOTHING_FOUND), icon=":material/search_off:")
    return bool(listed.page.rows)


def _sort_choice(listed: Listed[Any]) -> None:
    labels = {column.sort: column.label for column in listed.columns.values() if column.sort}
    ways = {
        way: f"{label} {arrow}" for sort, label in labels.items() for way, arrow in ((sort, "↑"), (f"-{sort}", "↓"))
    }
    widget = f"table.{listed.key}.sort"
    st.session_state[widget] = listed.order if listed.order in ways else next(iter(ways))
    st.selectbox(
        _(N_("Order")), list(ways), format_func=ways.__getitem__, key=widget, label_visibility="collapsed", width=190,
        filter_mode=None, on_change=_sorted, args=(listed, widget),
    )  # fmt: skip


def _sorted(listed: Listed[Any], widget: str) -> None:
    wanted = st.session_state[widget]
    forget_place(listed.key)
    put(param(listed.key, "sort"), "" if wanted == listed.sorts[0] else wanted)


def _pager(listed: Listed[Any]) -> None:
    page, key = listed.page, listed.key
    if page.previous is None and page.next is None:
        return
    ways: tuple[tuple[str, str, str | None, str, Literal["left", "right"]], ...] = (
        (N_("Previous {count}"), "before", page.previous, ":material/chevron_left:", "left"),
        (N_("Next {count}"), "after", page.next, ":material/chevron_right:", "right"),
    )
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for label, way, cursor, icon, side in ways:
            st.button(
                _(label, count=listed.question.size), key=f"table.{key}.{way}", icon=icon, icon_position=side,
                disabled=cursor is None, on_click=_turn, args=(key, way, cursor),
            )  # fmt: skip


def _turn(key: str, way: str, cursor: str) -> None:
    forget_place(key)
    put(param(key, way), cursor)
