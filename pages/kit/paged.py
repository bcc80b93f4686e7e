"""A list of a query whose rows are drawn by the page itself, for what no cell of a grid can show."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import streamlit as st

from core.i18n import N_, _
from core.operations import Query
from core.paging import Page, PageAsk
from pages.kit import edge
from pages.kit.address import forget_place, param, put

R = TypeVar("R")
WAYS: tuple[tuple[str, str, str, Literal["left", "right"]], ...] = (
    (N_("Previous {count}"), "before", ":material/chevron_left:", "left"),
    (N_("Next {count}"), "after", ":material/chevron_right:", "right"),
)


def paged(
    query: Query[Any, Page[R]],
    question: PageAsk,
    draw: Callable[[Sequence[R]], None],
    *,
    key: str = "",
    unit: str,
    empty: str,
) -> None:
    """Show the page of rows that ``question`` names, drawn by ``draw``, with its count and the pages around.

    ``unit`` is the message id around ``{count}``; ``empty`` is said where there is nothing, translated already.
    """
    page = edge.ask(query, question)
    st.markdown(_(unit, count=page.count_text))
    if not page.rows:
        st.info(empty, icon=":material/search_off:")
        return
    draw(page.rows)
    if page.previous is None and page.next is None:
        return
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for label, way, icon, side in WAYS:
            cursor = page.previous if way == "before" else page.next
            st.button(
                _(label, count=question.size), key=f"paged.{key}.{way}", icon=icon, icon_position=side,
                disabled=cursor is None, on_click=_turn, args=(key, way, cursor),
            )  # fmt: skip


def _turn(key: str, way: str, cursor: str) -> None:
    forget_place(key)
    put(param(key, way), cursor)
