"""Filters of a list, from its question's own fields; they live in the address, so that a link shows the same list."""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

from core.errors import Invalid
from core.i18n import N_, _
from core.inputs import validated
from core.paging import PageAsk
from pages.kit.address import encoded, forget_place, param, place_in
from pages.kit.saved import find_views, leave_view
from pages.kit.sought import names_of, say_found, settled
from pages.kit.widgets import Asked, asked_fields, draw, seed

P = TypeVar("P", bound=PageAsk)
ROWS = 25
ALL = N_("All")
SOUGHT_WIDTH = 300
INLINE = 4
"""So many filters stand in the row; of more than these, the last ones open on a click."""


def filters(model: type[P], *, key: str = "", fills: Mapping[str, Any] | None = None, size: int = ROWS) -> P:
    """Show one widget for each field of the question and return the question as the address asks it.

    ``fills`` are values that the page knows; their fields are not asked for. The list opens in the view that is usual
    for the person. Changing a filter goes back to the first
    page of the list. A value in the address that cannot be used is left out, and the person is told.
    """
    fills = dict(fills or {})
    find_views(model, key)
    fields = asked_fields(model, without=frozenset(fills))
    question = _from_address(model, key, fields, fills, size)
    inline, more = (fields, []) if len(fields) <= INLINE else (fields[: INLINE - 1], fields[INLINE - 1 :])
    # On a phone console.css puts them two in a row.
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"filters.{key}"):
        for asked in inline:
            _draw_filter(asked, key, getattr(question, asked.name))
        if more:
            used = sum(param(key, asked.name) in st.query_params for asked in more)
            label = _(N_("More filters ({count})"), count=used) if used else _(N_("More filters"))
            with st.popover(label, icon=":material/filter_list:", key=f"filter.{key}.more"):
                for asked in more:
                    _draw_filter(asked, key, getattr(question, asked.name))
        if any(param(key, asked.name) in st.query_params for asked in fields):
            names = [asked.name for asked in fields]
            st.button(
                _(N_("Clear filters")), key=f"filter.{key}.clear", type="tertiary", icon=":material/filter_alt_off:",
                on_click=_forget, args=(key, *names),
            )  # fmt: skip
    return question


def _from_address(model: type[P], key: str, fields: list[Asked], fills: dict[str, Any], size: int) -> P:
    fixed = {"size": size, **fills, **place_in(key)}
    chosen = {asked.name: _decoded(asked, param(key, asked.name)) for asked in fields
              if param(key, asked.name) in st.query_params}  # fmt: skip
    try:
        question, wrong = validated(model, {**fixed, **chosen}), set()
    except Invalid as error:
        wrong = set(error.fields) & set(chosen)
        question = validated(model, {**fixed, **{name: value for name, value in chosen.items() if name not in wrong}})
    wrong |= {asked.name for asked in fields if not _offered(asked, getattr(question, asked.name))}
    if wrong:
        st.warning(
            _(N_("The address holds a filter that cannot be used; it was left out.")), icon=":material/link_off:"
        )
    usable = {name: value for name, value in chosen.items() if name not in wrong}
    return validated(model, {**fixed, **usable}) if wrong else question


def _offered(asked: Asked, value: Any) -> bool:
    chosen = value if asked.many else [value]
    if asked.sought:
        return all(one in names_of(asked, chosen) for one in chosen if one)
    return asked.choices is None or all(one in asked.choices or one in (None, "") for one in chosen)


def _draw_filter(asked: Asked, key: str, value: Any) -> None:
    widget = f"filter.{key}.{asked.name}"
    seed(asked, widget, value)
    asked = settled(asked, widget)
    options: dict[str, Any] = {"on_change": _changed, "args": (key, asked, widget)}
    if asked.choices is not None:
        options |= {"placeholder": _(ALL), "width": _width(asked)}
    elif asked.kind is str:
        options |= {"type": "search", "placeholder": "", "width": 240}
    elif asked.kind is not bool:
        options |= {"width": 170}
    if not asked.sought:
        draw(asked, widget, **options)
        return
    with st.container(width="content", gap="xxsmall"):
        draw(asked, widget, **options)
        say_found(asked, widget)


def _width(asked: Asked) -> int:
    if asked.sought:
        return SOUGHT_WIDTH
    # The list that opens is as wide as its field, so the longest choice decides; Japanese letters take 14 pixels each.
    longest = max((len(label) for label in (asked.choices or {}).values()), default=0)
    return max(150, min(300, 70 + 14 * longest))


def _changed(key: str, asked: Asked, widget: str) -> None:
    settled(asked, widget)
    value = st.session_state[widget]
    name = param(key, asked.name)
    if value == asked.default or (value in (None, "", []) and asked.default in (None, "", [])):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = encoded(value)
    forget_place(key)


def _forget(key: str, *names: str) -> None:
    for name in names:
        st.query_params.pop(param(key, name), None)
    forget_place(key)
    leave_view(key)


def _decoded(asked: Asked, name: str) -> Any:
    if asked.many:
        return [one for one in st.query_params.get_all(name) if one]
    value = st.query_params[name]
    return None if value == "" and asked.optional else value
