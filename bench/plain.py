"""A plain page made of what another page shows: the same elements in the same order, with constant data."""

from typing import Any

from streamlit.testing.v1 import AppTest

WIDGETS = {
    "selectbox": ("options",),
    "multiselect": ("options",),
    "radio": ("options",),
    "text_input": (),
    "text_area": (),
    "number_input": (),
    "checkbox": (),
    "toggle": (),
    "date_input": (),
    "button": (),
    "button_group": ("options",),
    "file_uploader": (),
    "link_button": (),
}
TEXTS = {"markdown", "caption", "title", "header", "subheader", "text", "code", "info", "success", "warning", "error"}
Shown = tuple[str, dict[str, Any]]


def elements_of(page: AppTest) -> list[Shown]:
    """List what a page shows, with its constant data."""
    shown: list[Shown] = []
    node: Any
    for root in (page.main, page.sidebar):
        for node in root:
            kind = getattr(node, "type", "")
            if kind in TEXTS:
                shown.append((kind, {"body": str(node.value)}))
            elif kind == "dataframe":
                shown.append(("dataframe", {"data": node.value}))
            elif kind == "metric":
                shown.append(("metric", {"label": node.label, "value": node.value}))
            elif kind == "plotly_chart":
                shown.append(("plotly_chart", {"spec": node.proto.spec}))
            elif kind in WIDGETS:
                values = {name: list(getattr(node, name)) for name in WIDGETS[kind]}
                shown.append((kind, {"label": str(getattr(node, "label", "") or "-"), **values}))
    return shown


def plain_page(shown: "list[Shown]") -> None:
    """Show them again; runs as a script of its own, so it imports what it needs and knows no names of this file."""
    import plotly.io  # noqa: PLC0415
    import streamlit as st  # noqa: PLC0415

    for at, (kind, values) in enumerate(shown):
        if kind == "metric":
            st.metric(values["label"], values["value"])
        elif kind == "dataframe":
            st.dataframe(values["data"])
        elif kind == "plotly_chart":
            st.plotly_chart(plotly.io.from_json(values["spec"]), key=f"p{at}")
        elif kind == "link_button":
            st.link_button(values["label"], "https://example.jp/")
        elif kind == "button_group":
            st.pills(values["label"], values["options"], key=f"p{at}")
        elif kind in {"selectbox", "multiselect", "radio"}:
            getattr(st, kind)(values["label"], values["options"], key=f"p{at}")
        elif "body" in values:
            getattr(st, kind)(values["body"])
        else:
            getattr(st, kind)(values["label"], key=f"p{at}")
