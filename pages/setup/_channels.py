"""The channels with what each of them lacks, each with the way to its settings (X02)."""

from collections.abc import Collection

import streamlit as st

from core.i18n import N_, _
from core.shown import joined
from pages import kit
from services.delivery import Channel, ChannelRow, channels


def show_channels(only: Collection[Channel] = tuple(Channel)) -> None:
    """Show each channel: on, ready to be switched on, or what is missing."""
    for row in kit.ask(channels):
        if row.channel in only:
            with st.container(border=True):
                st.page_link(row.page, label=f"**{kit.said(row.channel)}**　{said(row)}", icon=":material/settings:")


def said(row: ChannelRow) -> str:
    """Say how a channel stands."""
    if row.on:
        on = _(N_("On"))
        return f":green-badge[:material/check_circle: {on}]"
    if row.lacks:
        more = _(N_("Missing: {names}"), names=joined(one.label for one in row.lacks))
    else:
        more = _(N_("Its settings are complete. It can be switched on."))
    off = _(N_("Off"))
    return f":gray-badge[{off}] {more}"
