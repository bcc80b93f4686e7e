"""What the pages of SMS, LINE and the app share: what is missing, the switch, and what came of the last test."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.i18n import N_, _
from core.shown import joined
from pages import kit
from services.delivery import Channel, ChannelSwitch, Lacking, switch_channel

NO_WORKER = N_(
    "No worker is running, so it does not go out. “make run” starts one with the console, “manage.py worker” starts "
    "one alone."
)


def state(channel: Channel, *, on: bool, lacks: Sequence[Lacking], form: str, off: str) -> None:
    """Say whether a channel is on; name each missing field with a link that jumps to it. ``off``: what holds then."""
    if on:
        st.success(_(N_("{channel} is switched on."), channel=kit.said(channel)), icon=":material/check_circle:")
    elif not lacks:
        st.info(_(N_("The settings are complete. Test them, then switch it on.")), icon=":material/toggle_off:")
        st.caption(off)
    else:
        links = joined(f"[{one.label}](#{kit.anchor(form, one.name)})" for one in lacks)
        st.warning(_(N_("It cannot be switched on yet. Missing: {names}."), names=links), icon=":material/toggle_off:")
        st.caption(off)


def switch(channel: Channel, *, on: bool, lacks: Sequence[Lacking], version: int) -> None:
    """Offer to switch a channel on, once nothing is missing, or off."""
    label, icon = (N_("Switch off"), "toggle_off") if on else (N_("Switch on"), "toggle_on")
    wanted = ChannelSwitch(channel=channel, on=not on, version=version)
    pressed = st.button(
        _(label), key="switch", icon=f":material/{icon}:", type="secondary" if on else "primary",
        disabled=bool(lacks) and not on,
    )  # fmt: skip
    if pressed and kit.do(switch_channel, wanted):
        if on:  # switched on is what the page says then
            kit.flash(_(N_("{channel} is switched off."), channel=kit.said(channel)))
        st.rerun()


def waiting(text: str, *, worker_alive: bool) -> None:
    """Say that a test is on its way, and when nobody is there to do it."""
    st.info(text, icon=":material/hourglass_top:")
    if not worker_alive:
        st.warning(_(NO_WORKER), icon=":material/hourglass_disabled:")


def outcome(tested_at: datetime | None, *, accepted: bool | None, good: str, cause: str, word: str) -> None:
    """Tell what came of the last test: one sentence, and the other side's own word below a bad one."""
    if tested_at is None:
        return
    when = _(N_("Tested at {moment}"), moment=kit.moment(tested_at))
    if accepted:
        st.success(good, icon=":material/check_circle:")
        st.caption(when)
    else:
        st.error(cause, icon=":material/error:")
        st.caption(f"{when}　{kit.literal(word)}")
