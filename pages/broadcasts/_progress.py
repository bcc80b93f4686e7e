"""How far a sending is: the bar, the counts by state, and whether anybody is there to do it."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.progress import NO_WORKER
from services.broadcasts import DeliveryState
from services.broadcasts.show import Progress
from services.delivery import cause

ALWAYS = (DeliveryState.WAITING, DeliveryState.ACCEPTED, DeliveryState.FAILED, DeliveryState.NOT_SENT)


def draw_progress(progress: Progress, *, live: bool) -> None:
    """Show the counts of a broadcast's deliveries; ``live`` while it is being sent."""
    done = progress.total - progress.left
    text = _(N_("{done} of {total} done"), done=kit.number(done), total=kit.number(progress.total))
    if live and progress.seconds_left:
        text += _(N_(", about {seconds} seconds left"), seconds=kit.number(round(progress.seconds_left)))
    st.progress(progress.fraction, text=text)
    if progress.left and not progress.worker_alive:
        st.warning(_(NO_WORKER), icon=":material/hourglass_disabled:")
    for each in progress.rounds:
        if each.trouble and each.left:
            st.warning(
                _(N_("Nothing can be sent at the moment: {word} It is tried again at {moment}."),
                  word=kit.literal(cause(each.trouble)), moment=kit.moment(each.retry_at, seconds=True)),
                icon=":material/cloud_off:",
            )  # fmt: skip
    if progress.rounds:
        st.caption(_(N_("Last round: begun {begun}, finished {finished}, {rate} a second"), **last_round(progress)))
    with st.container(horizontal=True, gap="small"):
        for state in DeliveryState:
            count = progress.counts.get(state, 0)
            if count or state in ALWAYS:
                st.metric(kit.said(state), kit.number(count, _(N_("mails"))), border=True, width=150)


def last_round(progress: Progress) -> dict[str, str]:
    """Say when the last round began and ended, and how fast it goes."""
    last = progress.rounds[-1]
    return {
        "begun": kit.moment(last.created_at, seconds=True),
        "finished": kit.moment(last.finished_at, seconds=True),
        "rate": kit.number(progress.per_second),
    }
