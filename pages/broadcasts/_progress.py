"""How far a sending is: the bar, the counts by state, and whether anybody is there to do it."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_, _
from core.shown import aside
from pages import kit
from pages.kit.progress import NO_WORKER
from services.broadcasts import DeliveryState
from services.broadcasts.course import Turn
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


def draw_course(course: Sequence[Turn]) -> None:
    """Show the channels one after the other: whose turn was when, and how many messages went by each."""
    rows = [(kit.said(turn.channel), _moment_of(turn), _state_of(turn), kit.number(turn.messages)) for turn in course]
    if rows:
        titles = [_(N_("Channel")), _(N_("Turn")), _(N_("State")), _(N_("Messages"))]
        kit.rows(titles, rows, label=_(N_("Sending procedure")))


def _moment_of(turn: Turn) -> str:
    if turn.minutes:
        return aside(kit.moment(turn.at), _(N_("{minutes} minutes later"), minutes=kit.number(turn.minutes)))
    return _(N_("At once"))


def _state_of(turn: Turn) -> str:
    if turn.off:
        return _(N_("Not switched on: nothing is sent"))
    said = _(N_("Still to come")) if turn.still_to_come else _(N_("Had its turn"))
    left_out = _(N_("left out by the limit on cost: {count} people"), count=kit.number(turn.capped))
    return kit.joined([said, left_out]) if turn.capped else said


def last_round(progress: Progress) -> dict[str, str]:
    """Say when the last round began and ended, and how fast it goes."""
    last = progress.rounds[-1]
    return {
        "begun": kit.moment(last.created_at, seconds=True),
        "finished": kit.moment(last.finished_at, seconds=True),
        "rate": kit.number(progress.per_second),
    }
