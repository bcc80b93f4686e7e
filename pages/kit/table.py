"""A list of a query: one page of rows at a time, by key; order, place and selection live in the address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar
from unicodedata import east_asian_width

import pandas as pd
import streamlit as st
from pydantic import BaseModel

from core.i18n import N_, _
from core.inputs import label_of
from core.operations import Query
from core.paging import Page, PageAsk
from core.shown import said
from pages.kit import edge
from pages.kit.address import forget_place, go, param, put

R = TypeVar("R")
Mode = Literal["single-row", "multi-row", "single-column"]
ROW_HEIGHT = 36
PINNED = 28
"""Letters of half width up to which the first column stays while the others move; a longer one would fill a phone."""

NOTHING_FOUND = N_("Nothing found. Change or clear the filters above.")


@dataclass(frozen=True)
class Column:
    """How one column is shown. ``label`` is translated already; without one the row model's own title is used.

    ``value`` makes the text from the row (else the field is written as people write it); ``sort`` names an order of
    the query; numbers stand on the right.
    """

    label: str | None = None
    value: Callable[[Any], object] | None = None
    sort: str | None = None
    number: bool = False
    width: int | None = None


Columns = Mapping[str, Column | str] | Sequence[str]
Target = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class Listed(Generic[R]):
    """One page of rows as it is on the screen now."""

    key: str
    question: PageAsk
    page: Page[R]
    columns: Mapping[str, Column]
    ids: Sequence[str]

    @property
    def sorts(self) -> list[str]:
        """Return the orders that the columns offer; the first is the usual one."""
        return [column.sort for column in self.columns.values() if column.sort]

    @property
    def order(self) -> str:
        """Return the order that the rows are in."""
        return self.question.sort or next(iter(self.sorts), "")

    @property
    def widget(self) -> str:
        """Return the key of the grid.

        A selection is a position: the key names what stands there, so that no click falls on another page's row.
        """
        return f"table.{self.key}.{hash((repr(self.question), *self.ids))}"


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
    _follow(key)
    listed = _listed(query, question, columns, key, identity)
    if not _head(listed, unit, empty):
        return None
    chosen = st.query_params.get(param(key, "id"))
    rows = [listed.ids.index(chosen)] if chosen in listed.ids and selects else []
    _grid(listed, opens=opens, mode="single-row" if selects else None, rows=rows)
    _pager(listed)
    return listed.page.rows[rows[0]] if rows else None


def pick(
    query: Query[Any, Page[R]],
    question: PageAsk,
    *,
    columns: Columns,
    key: str = "",
    empty: str | None = None,
    unit: str | None = None,
) -> list[R]:
    """Show a page of rows of which several can be picked, and return those; another page starts with none."""
    listed = _listed(query, question, columns, key, "id")
    if not _head(listed, unit, empty):
        return []
    selection = _grid(listed, opens=None, mode="multi-row", rows=[])
    _pager(listed)
    return [listed.page.rows[at] for at in selection if at < len(listed.page.rows)]


def _listed(
    query: Query[Any, Page[R]], question: PageAsk, columns: Columns, key: str, identity: str
) -> Listed[R]:  # fmt: skip
    page = edge.ask(query, question)
    shown = {name: _column(name, column, page.rows) for name, column in _mapping(columns).items()}
    return Listed(key, question, page, shown, [str(getattr(row, identity, "")) for row in page.rows])


def _mapping(columns: Columns) -> dict[str, Column | str]:
    return dict(columns) if isinstance(columns, Mapping) else {name: Column() for name in columns}


def _column(name: str, column: Column | str, rows: Sequence[Any]) -> Column:
    column = Column(column) if isinstance(column, str) else column
    label = column.label or (label_of(type(rows[0]), name) if rows and isinstance(rows[0], BaseModel) else name)
    return Column(label, column.value or (lambda row: getattr(row, name)), column.sort, column.number, column.width)


def _head(listed: Listed[Any], unit: str | None, empty: str | None) -> bool:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_(unit or N_("{count} found"), count=listed.page.count_text), width="stretch")
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
    chosen = st.session_state[widget]
    forget_place(listed.key)
    put(param(listed.key, "sort"), "" if chosen == listed.sorts[0] else chosen)


def _grid(
    listed: Listed[R], *, opens: Callable[[R], Target] | None, mode: Mode | None, rows: list[int]
) -> list[int]:  # fmt: skip
    frame = pd.DataFrame(
        {name: [said(column.value(row)) for row in listed.page.rows] for name, column in listed.columns.items()},  # type: ignore[misc]
        dtype=str,
    )
    targets = [opens(row) for row in listed.page.rows] if opens else []
    pinned = max(map(_length, frame.iloc[:, 0])) <= PINNED
    if targets:
        frame.iloc[:, 0] = ":material/chevron_right: " + frame.iloc[:, 0]
    grid = listed.widget
    # Where columns can be selected the browser does not sort: it would sort this page of rows only.
    modes: list[Mode] = [mode, "single-column"] if mode else ["single-column"]
    state = st.dataframe(
        frame, hide_index=True, height="content", row_height=ROW_HEIGHT, key=grid,
        column_config={name: _config(listed, name, targets, pinned=pinned) for name in listed.columns},
        on_select=lambda: _touched(listed, grid, one=mode == "single-row"),
        selection_mode=modes,
        selection_default={"selection": {"rows": rows}},
    )  # fmt: skip
    return list(state["selection"]["rows"])


def _config(listed: Listed[Any], name: str, targets: list[Target], *, pinned: bool) -> Any:
    column = listed.columns[name]
    if targets and name == next(iter(listed.columns)):
        link = f"table.{listed.key}.open"
        return st.column_config.ButtonColumn(
            column.label, type="tertiary", alignment="left", width=column.width, pinned=pinned, key=link,
            on_click=lambda: _opened(listed.key, targets, link),
        )  # fmt: skip
    return st.column_config.TextColumn(column.label, width=column.width, alignment="right" if column.number else "left")


def _length(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _touched(listed: Listed[Any], grid: str, *, one: bool) -> None:
    selection = st.session_state[grid]["selection"]
    sort = listed.columns[selection["columns"][0]].sort if selection["columns"] else None
    if sort:
        forget_place(listed.key)
        put(param(listed.key, "sort"), f"-{sort}" if listed.order == sort else sort)
    elif one and not selection["columns"]:
        put(param(listed.key, "id"), listed.ids[selection["rows"][0]] if selection["rows"] else "")


def _opened(key: str, targets: Sequence[Target], link: str) -> None:
    click = st.session_state[link]
    if click is not None and click["row"] < len(targets):
        st.session_state[f"table.{key}.target"] = targets[click["row"]]


def _follow(key: str) -> None:
    target = st.session_state.pop(f"table.{key}.target", None)
    if target is not None:
        go(*target)


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
