"""Charts that people read at a glance: counts as bars, shares as one bar a row; the figures stand below as a table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import plotly.graph_objects as go
import streamlit as st

from core.i18n import N_, _
from core.shown import aside, labelled, literal, number, percent
from pages.kit import plain
from pages.kit.look import is_dark

COLOURS = ("#0b6e4f", "#c8553d", "#3d5a80", "#b8860b", "#6d597a", "#4a4e69")
"""Each at least 3:1 against white, and told apart by people who see no red or green."""

REST = "#c9ced6"


@dataclass(frozen=True)
class Shades:
    """What a chart is drawn with on one of the two grounds."""

    colours: tuple[str, ...]
    rest: str
    ink: str
    grid: str
    line: str


LIGHT = Shades(COLOURS, REST, "#24292f", "#e5e8ec", "#8c959f")
DARK = Shades(
    ("#3fa889", "#e08a74", "#7f9cc0", "#d6a93f", "#b39dc2", "#9a9ec9"), "#4a5560", "#eef2f6", "#35404b", "#7d8b98"
)  # fmt: skip
FONT = "'Noto Sans JP', 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic UI', 'Meiryo', sans-serif"
FEW = 5
"""Up to here each whole number gets its mark: half people do not answer."""

BAR = 30
MARGINS = 70
BELOW_MARKS, TITLE = 16, 16
"""Between the marks of an axis and its title, else Plotly draws one into the other; and the room that this takes."""

FIGURES = 200
"""So many of the last figures are kept; one takes some ten KiB."""


def bars(counts: Mapping[str, float], *, title: str, unit: str, key: str) -> None:
    """Show how many of each: one horizontal bar for each name, in the order given. ``unit`` stands on the axis."""
    names = list(counts)[::-1]
    bar = {
        "x": [counts[name] for name in names], "y": _plain(names), "marker": {"color": _shades().colours[0]},
        "text": [number(counts[name]) for name in names], "textposition": "auto",
        "hovertemplate": labelled("%{y}", "%{text}<extra></extra>"),
    }  # fmt: skip
    most = max([*counts.values(), 1])
    axis = {
        "title": {"text": unit, "standoff": BELOW_MARKS}, "range": [0, most * 1.05], "tickformat": ",d",
        "dtick": 1 if most <= FEW else None,
    }  # fmt: skip
    _show([bar], axis, title=title, key=key, count=len(names), below=TITLE)
    _figures([_(N_("Name")), unit], list(counts.items()), title, key)


def shares(rows: Mapping[str, Sequence[float]], parts: Sequence[str], *, title: str, unit: str, key: str) -> None:
    """Show how each row divides: one bar of 100 % a row, one colour a part.

    ``parts`` name the columns of ``rows``; the last one is what is still missing, and grey.
    """
    names = list(rows)[::-1]
    wholes = {name: sum(rows[name]) for name in names}
    bars_of_parts, shades = [], _shades()
    for at, part in enumerate(parts):
        missing = at == len(parts) - 1
        share = [100 * rows[name][at] / wholes[name] if wholes[name] else 0 for name in names]
        bars_of_parts.append({
            "x": share, "y": _plain(names), "name": part,
            "marker": {"color": shades.rest if missing else shades.colours[at % len(shades.colours)]},
            "text": [number(rows[name][at]) if rows[name][at] else "" for name in names], "textposition": "inside",
            "insidetextanchor": "middle",
            "hovertemplate": labelled("%{y}<br>%{fullData.name}", "%{customdata}<extra></extra>"),
            "customdata": [aside(f"{number(rows[n][at])} {unit}", percent(rows[n][at], wholes[n])) for n in names],
        })  # fmt: skip
    axis = {"range": [0, 100], "ticksuffix": "%", "dtick": 25}
    _show(bars_of_parts, axis, title=title, key=key, count=len(names), above=30)
    _figures([_(N_("Name")), *parts], [(name, *values) for name, values in rows.items()], title, key)


def _shades() -> Shades:
    return DARK if is_dark() else LIGHT


def _show(
    data: Sequence[Mapping[str, object]],
    axis: Mapping[str, object],
    *,
    title: str,
    key: str,
    count: int,
    above: int = 0,
    below: int = 0,
) -> None:
    shades = _shades()
    # A figure that is made whole, without Plotly's own template, costs a sixth of one that is updated piece by piece.
    layout = {
        "template": "none", "barmode": "stack", "height": MARGINS + above + below + BAR * max(count, 1), "bargap": 0.35,
        "margin": {"l": 0, "r": 20, "t": 8 + above, "b": 0}, "font": {"family": FONT, "size": 13, "color": shades.ink},
        "uniformtext": {"minsize": 11, "mode": "hide"}, "dragmode": False,
        "plot_bgcolor": "rgba(0,0,0,0)", "paper_bgcolor": "rgba(0,0,0,0)", "showlegend": len(data) > 1,
        "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        "xaxis": {"automargin": True, "fixedrange": True, "gridcolor": shades.grid, "zerolinecolor": shades.line,
                  **axis},
        "yaxis": {"automargin": True, "fixedrange": True, "ticksuffix": "  ", "type": "category"},
    }  # fmt: skip
    figure = {"data": [{"type": "bar", "orientation": "h", "textangle": 0, **one} for one in data], "layout": layout}
    st.markdown(f"**{literal(title)}**")
    st.plotly_chart(
        _made(json.dumps(figure)), key=f"chart.{key}", theme=None, config={"displayModeBar": False}, alt=title
    )


@lru_cache(maxsize=FIGURES)
def _made(figure: str) -> go.Figure:
    # A quarter of a live part's time went into this, and a hundred tabs that look at a broadcast show the same figures.
    return go.Figure(json.loads(figure))


def _plain(names: Sequence[str]) -> list[str]:
    # Plotly takes a few tags for markup; a name is never meant so.
    return [escape(name, quote=False) for name in names]


def _figures(head: Sequence[str], lines: Sequence[Sequence[object]], title: str, key: str) -> None:
    with st.expander(_(N_("Show as a table")), key=f"chart.{key}.table"):
        plain.rows(head, lines, label=title)
