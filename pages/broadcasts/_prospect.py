"""What a broadcast would do: whom it reaches, who is missed and why, what follows, and what that may cost."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from services.broadcasts import Prospect


def draw_prospect(found: Prospect) -> None:
    """Show a forecast in figures, then by channel and reason."""
    forecast = found.forecast
    figures = [
        (N_("People asked"), forecast.people, N_("people")),
        (N_("Reached"), forecast.reached, N_("people")),
        (N_("People not reached"), forecast.not_reached, N_("people")),
        (N_("Duration, about"), max(1, round(forecast.seconds)), N_("seconds")),
    ]
    if found.yen:
        figures.append((N_("Cost, at most"), found.yen, N_("yen")))
    with st.container(horizontal=True, gap="small"):
        for label, value, unit in figures:
            st.metric(_(label), kit.number(value, _(unit)), border=True, width=165)
    lines = [
        (_(N_("Sent by {channel}"), channel=kit.said(one.channel)), kit.number(one.messages, _(N_("messages"))))
        for one in forecast.channels
    ]
    lines += [(one.text, kit.number(one.people, _(N_("people")))) for one in forecast.missed]
    lines += [
        (
            _(N_("{channel}, {minutes} minutes later, to whoever has not answered: at most"),
              channel=kit.said(one.channel), minutes=kit.number(one.minutes)),
            _(N_("Not switched on: nothing is sent")) if one.off else kit.number(one.people, _(N_("people"))),
        )
        for one in found.follows
    ]  # fmt: skip
    kit.rows([_(N_("Channel, or why not")), _(N_("Messages or people"))], lines, label=_(N_("Forecast")))
