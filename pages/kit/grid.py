"""The grid of a list: one page of rows in the shown columns, with its links, its picks and its order by a click."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar
from unicodedata import east_asian_width

import pandas as pd
import streamlit as st

from core.operations import Query
from core.paging import Page, PageAsk
from core.shown import said
from pages.kit.address import forget_place, go, param, put
from pages.kit.columns import Column, usual

R = TypeVar("R")
Mode = Literal["single-row", "multi-row", "single-column"]
Target = tuple[str, Mapping[str, object]]
ROW_HEIGHT = 36
PINNED = 28
"""Letters of half width up to which the first column stays while the others move; a longer one would fill a phone."""


@dataclass(frozen=True)
class Listed(Generic[R]):
    """One page of rows as it is on the screen now. ``columns`` are all that the list has, ``shown`` those on screen."""

    key: str
    query: Query[Any, Page[R]]
    question: PageAsk
    page: Page[R]
    columns: Mapping[str, Column]
    shown: Mapping[str, Column]
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
    def customised(self) -> bool:
        """Say whether other columns than the usual ones were chosen, or another order of them."""
        return list(self.shown) != usual(self.columns)

    @property
    def widget(self) -> str:
        """Return the key of the grid.

        A selection is a position: the key names what stands there, so that no click falls on another page's row.
        """
        return f"table.{self.key}.{hash((repr(self.question), *self.shown, *self.ids))}"


def grid(
    listed: Listed[R], *, opens: Callable[[R], Target] | None, mode: Mode | None, rows: list[int]
) -> list[int]:  # fmt: skip
    """Draw the rows and return the positions of those that are picked.

    ``opens`` makes the first column a link; ``mode`` says how many can be picked, ``rows`` which are at first.
    """
    texts = {name: [said(column.value(row)) for row in listed.page.rows] for name, column in listed.shown.items()}  # type: ignore[misc]
    targets = [opens(row) for row in listed.page.rows] if opens else []
    first = next(iter(texts))
    pinned = max(map(_length, texts[first])) <= PINNED
    if targets:
        texts[first] = [f":material/chevron_right: {text}" for text in texts[first]]
    frame = pd.DataFrame(texts, dtype=str)
    widget = listed.widget
    # Where columns can be selected the browser does not sort: it would sort this page of rows only.
    modes: list[Mode] = [mode, "single-column"] if mode else ["single-column"]
    state = st.dataframe(
        frame, hide_index=True, height="content", row_height=ROW_HEIGHT, key=widget,
        column_config={name: _config(listed, name, targets, pinned=pinned) for name in listed.shown},
        on_select=lambda: _touched(listed, widget, one=mode == "single-row"),
        selection_mode=modes,
        selection_default={"selection": {"rows": rows}},
    )  # fmt: skip
    return list(state["selection"]["rows"])


def _config(listed: Listed[Any], name: str, targets: list[Target], *, pinned: bool) -> Any:
    column = listed.shown[name]
    if targets and name == next(iter(listed.shown)):
        link = f"table.{listed.key}.open"
        return st.column_config.ButtonColumn(
            column.label, type="tertiary", alignment="left", width=column.width, pinned=pinned, key=link,
            on_click=lambda: _opened(listed.key, targets, link),
        )  # fmt: skip
    return st.column_config.TextColumn(column.label, width=column.width, alignment="right" if column.number else "left")


def _length(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _touched(listed: Listed[Any], widget: str, *, one: bool) -> None:
    selection = st.session_state[widget]["selection"]
    sort = listed.shown[selection["columns"][0]].sort if selection["columns"] else None
    if sort:
        forget_place(listed.key)
        put(param(listed.key, "sort"), f"-{sort}" if listed.order == sort else sort)
    elif one and not selection["columns"]:
        put(param(listed.key, "id"), listed.ids[selection["rows"][0]] if selection["rows"] else "")


def _opened(key: str, targets: Sequence[Target], link: str) -> None:
    click = st.session_state[link]
    if click is not None and click["row"] < len(targets):
        st.session_state[f"table.{key}.target"] = targets[click["row"]]


def follow(key: str) -> None:
    """Open what the link of a row leads to, once it was clicked."""
    target = st.session_state.pop(f"table.{key}.target", None)
    if target is not None:
        go(*target)
