"""Columns of a list: what each shows, and which of them a person wants to see, in which order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from pydantic import BaseModel

from core.i18n import N_, _
from core.inputs import label_of
from pages.kit.address import param, put

CHOSEN = "columns"
"""What the address calls the columns that were chosen, in their order; nothing there means the usual ones."""

DEEPEST_LINE = 6
"""Levels that a name in a tree is set in by; further ones are said, or a name would run out of its column."""


def in_tree(name: str, depth: int) -> str:
    """Return a name, set in as deep as it lies in a tree."""
    # A line, not spaces: the grid drops those at the beginning of what it makes a link.
    line = f"└{'──' * (min(depth, DEEPEST_LINE) - 1)}"
    if depth > DEEPEST_LINE:
        name = _(N_("(level {level}) {name}"), level=f"{depth + 1:,}", name=name)
    return f"{line} {name}" if depth else name


@dataclass(frozen=True)
class Column:
    """How one column is shown. ``label`` is translated already; without one the row model's own title is used.

    ``value`` makes the text from the row (else the field is written as people write it); ``sort`` names an order of
    the query; numbers stand on the right. ``file`` names the field of the row that a file has in its place, where
    that is not the column's own name (``latest.Where are you?`` is one entry of the mapping ``latest``).
    """

    label: str | None = None
    value: Callable[[Any], object] | None = None
    sort: str | None = None
    number: bool = False
    width: int | None = None
    file: str | None = None
    usual: bool = True
    """Whether it is shown as long as nobody has chosen columns."""


Columns = Mapping[str, Column | str] | Sequence[str]


def described(columns: Columns, rows: Sequence[Any]) -> dict[str, Column]:
    """Return every column that a list has, each with its label and its way to write a value."""
    given = columns if isinstance(columns, Mapping) else {name: Column() for name in columns}
    return {name: _described(name, column, rows) for name, column in given.items()}


def _described(name: str, column: Column | str, rows: Sequence[Any]) -> Column:
    column = Column(column) if isinstance(column, str) else column
    label = column.label or (label_of(type(rows[0]), name) if rows and isinstance(rows[0], BaseModel) else name)
    value = column.value or (lambda row: getattr(row, name))
    return Column(label, value, column.sort, column.number, column.width, column.file or name, column.usual)


def chosen(key: str, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns to show: those of the address, in its order, or the usual ones; unknown ones are left out.

    Only these are computed and sent to the browser.
    """
    names = [name for name in dict.fromkeys(st.query_params.get_all(param(key, CHOSEN))) if name in columns]
    return {name: columns[name] for name in names or usual(columns)}


def usual(columns: Mapping[str, Column]) -> list[str]:
    """Return the columns that are shown as long as nobody has chosen some."""
    return [name for name, column in columns.items() if column.usual]


def choose(key: str, columns: Mapping[str, Column], shown: Sequence[str]) -> None:
    """Ask which columns to show, in which order; the answer goes into the address."""
    widget = f"table.{key}.{CHOSEN}"
    st.session_state[widget] = list(shown)
    st.multiselect(
        _(N_("Columns, in this order")), list(columns), format_func=lambda name: columns[name].label or name,
        key=widget, filter_mode="contains", on_change=_chosen, args=(key, widget, usual(columns)),
        help=_(N_("Take one out and choose it again to move it to the end.")),
    )  # fmt: skip
    if list(shown) != usual(columns):
        st.button(
            _(N_("Usual columns")), key=f"{widget}.usual", icon=":material/restart_alt:", type="tertiary",
            on_click=put, args=(param(key, CHOSEN), ""),
        )  # fmt: skip


def _chosen(key: str, widget: str, as_usual: list[str]) -> None:
    names = list(st.session_state[widget])
    put(param(key, CHOSEN), [] if names == as_usual else names)
