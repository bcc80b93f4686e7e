"""The address of a page says what is shown, so that a reload, the back button or a link to it shows the same again."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import streamlit as st
from pydantic import BaseModel

from core.i18n import N_, _
from core.shown import page_address
from pages.kit import menu

CAME_FROM = "from"
BEGIN = "begin"
"""What the field is called in the address that a form shall be opened with."""

PLACE = ("after", "before", "id")


def param(key: str, name: str) -> str:
    """Return what a value is called in the address; ``key`` tells apart several lists on one page."""
    return f"{key}-{name}" if key else name


def put(name: str, value: str | list[str]) -> None:
    """Write a value into the address; an empty one leaves it."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def forget_place(key: str) -> None:
    """Go back to the first page of a list, with nothing selected."""
    for name in PLACE:
        st.query_params.pop(param(key, name), None)


def place_in(key: str) -> dict[str, Any]:
    """Return the order and the place in a list that the address names."""
    names = [name for name in ("sort", "after", "before") if param(key, name) in st.query_params]
    return {name: st.query_params[param(key, name)] for name in names}


def number_if_any(name: str) -> int | None:
    """Return the number that stands in the address under a name; None where none does."""
    value = st.query_params.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def number_in_address(name: str) -> int:
    """Return the number that a page is opened with (``?id=12``); without one, say so and end the run."""
    number = number_if_any(name)
    if number is None:
        st.info(
            _(N_("Open this page from its list: the address does not say what to show.")), icon=":material/link_off:"
        )
        menu.way_out()
        st.stop()
    return number


def go(path: str, values: Mapping[str, object] | None = None) -> None:
    """Open another page of the console: its file below ``pages/`` and its address values.

    The address also remembers what this page showed, for the way back.
    """
    st.switch_page(path, query_params={**{name: str(value) for name, value in (values or {}).items()}, **_origin()})


def _origin() -> dict[str, str]:
    shown = {name: st.query_params.get_all(name) for name in st.query_params if name != CAME_FROM}
    known = shown and st.context.url
    return {CAME_FROM: f"{_here()}?{urlencode(shown, doseq=True)}"} if known else {}


def restore() -> None:
    """Show what this page showed before another one was opened from it.

    When a run opens another page, Streamlit first writes that page's values into this page's address: the back button
    comes to that. ``kit.header`` calls this.
    """
    place, _mark, shown = st.query_params.get(CAME_FROM, "").partition("?")
    if shown and st.context.url and place == _here():
        st.query_params.from_dict(parse_qs(shown))


def way_back(path: str) -> dict[str, list[str]]:
    """Return the address values with which ``path`` was left for this page."""
    place, _mark, shown = st.query_params.get(CAME_FROM, "").partition("?")
    return parse_qs(shown) if place == page_address(path) else {}


def came_from(path: str) -> bool:
    """Say whether this page was opened from ``path``, with something chosen there."""
    return bool(way_back(path))


def go_back(path: str) -> None:
    """Open the page again from which this one was opened, as it was left."""
    st.switch_page(path, query_params=way_back(path))


def _here() -> str:
    return urlsplit(st.context.url or "").path.rpartition("/")[2]


def encoded(value: Any) -> str | list[str]:
    """Write a value of a question as an address does."""
    if isinstance(value, list | tuple):
        return [str(encoded(one)) for one in value]
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else "" if value is None else str(value)


def address_of(question: BaseModel) -> dict[str, str | list[str]]:
    """Write a question's filters and order as an address, for links to a list and to files of it."""
    values = {name: getattr(question, name) for name in type(question).model_fields}
    skipped = {"after", "before", "size"}
    defaults = {name: info.get_default(call_default_factory=True) for name, info in type(question).model_fields.items()}
    return {name: encoded(value) for name, value in values.items() if name not in skipped and value != defaults[name]}
