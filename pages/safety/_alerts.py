"""What a telegram says of coasts and of special warnings: grades, measured heights, municipalities."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_, _, listed
from core.shown import aside
from core.words import word
from pages import kit
from services.safety import CoastShown, TelegramShown, TideShown, WarnedShown


def show_alerts(shown: TelegramShown) -> None:
    """Show tsunamis and special warnings; nothing, where the telegram speaks of neither."""
    show_unknown(shown.unknown_kinds)
    show_coasts(shown.coasts)
    show_stations(shown.tide_stations)
    show_warned(shown.warned)


def show_unknown(kinds: Sequence[str]) -> None:
    """Tell of warnings that are not known here: nobody was asked because of them."""
    if kinds:
        text = N_("Kinds of warnings that are not known here: {kinds}. They send nothing by themselves: read the "
                  "telegram, and send a broadcast by hand if it is needed.")  # fmt: skip
        st.warning(kit.literal(_(text, kinds=listed(kinds))), icon=":material/help:")


def show_coasts(coasts: Sequence[CoastShown]) -> None:
    """Show the coasts by grade, the gravest first."""
    if not coasts:
        return
    title = _(N_("Tsunami by coast"))
    st.subheader(title, anchor=False)
    groups: dict[str, list[str]] = {}
    for coast in coasts:
        grade = word(coast.grade) if coast.grade else _(N_("no warning"))
        groups.setdefault(grade, []).append(coast_in_words(coast))
    kit.facts({aside(grade, len(names)): listed(names) for grade, names in groups.items()}, label=title)


def coast_in_words(coast: CoastShown) -> str:
    """Name a coast, with what was measured there and whether its grade is new."""
    said = []
    if coast.raised:
        said.append(_(N_("newly issued or raised")))
    if coast.metres is not None:
        said.append(metres(coast.metres))
    elif coast.observing:
        said.append(_(N_("being observed")))
    return aside(coast.name, listed(said)) if said else coast.name


def show_stations(stations: Sequence[TideShown]) -> None:
    """Show what the tide gauges measured, the highest first."""
    if not stations:
        return
    title = _(N_("Measured by tide gauges"))
    st.subheader(title, anchor=False)
    values = {
        aside(one.name, one.coast): listed(part for part in (metres(one.metres), one.words) if part) or kit.NONE
        for one in stations
    }
    kit.facts(values, label=title)


def metres(height: float | None) -> str:
    """Say a height; nothing for one that is not known."""
    return "" if height is None else f"{height:g} m"


def show_warned(warned: Sequence[WarnedShown]) -> None:
    """Show the municipalities by kind and state of the special warning, those in force first."""
    if not warned:
        return
    title = _(N_("Special warnings by municipality"))
    st.subheader(title, anchor=False)
    groups: dict[str, list[str]] = {}
    for one in warned:
        groups.setdefault(aside(word(one.kind), one.status) if one.status else word(one.kind), []).append(one.name)
    kit.facts({aside(kind, len(names)): listed(names) for kind, names in groups.items()}, label=title)
