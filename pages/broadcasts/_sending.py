"""The end of preparing a broadcast: send it now, at a moment, and remind by itself those who do not answer."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from pages import kit
from services.broadcasts import (
    BroadcastKind,
    BroadcastRow,
    BroadcastState,
    Rehearsal,
    Send,
    Shown,
    Which,
    schedule,
    send,
    set_reminders,
    unschedule,
)

BY_DAY = (BroadcastKind.SURVEY, BroadcastKind.NOTICE)
OFFICE_HOURS = {"remind_from": 9, "remind_until": 18}
MANY = 90
"""Minutes from which on hours are said."""


def sending(found: Rehearsal) -> None:
    """Offer to send."""
    row = found.broadcast
    if st.button(_(N_("Send")), type="primary", icon=":material/send:", key="send", disabled=not found.forecast.people):
        kit.confirm(
            _(N_("Send “{title}”?"), title=row.title),
            _(N_("{count} people are asked at once. What has gone out cannot be taken back."),
              count=kit.number(found.forecast.people)),
            yes=_(N_("Send")), then=lambda: begin(row),
        )  # fmt: skip


def begin(row: BroadcastRow) -> bool:
    """Send, and go on to where it is watched."""
    if kit.do(send, Send(id=row.id, version=row.version)) is None:
        return False
    kit.flash(_(N_("Sending has begun.")))
    kit.go("broadcasts/show.py", {"id": row.id})
    return True


def planning(actor: Actor, shown: Shown, found: Rehearsal) -> None:
    """Say when the draft goes out by itself, and let the moment be chosen, changed and taken back."""
    row = found.broadcast
    if shown.trouble:
        st.error(kit.literal(shown.trouble), icon=":material/schedule:")
    elif row.send_at:
        st.success(
            _(N_("It is sent by itself at {moment}."), moment=kit.moment(row.send_at)), icon=":material/schedule:"
        )
    if not actor.may("broadcasts.schedule", What.DO):
        return
    label = _(N_("Another moment")) if row.send_at else _(N_("Send at a moment"))
    with st.expander(label, icon=":material/schedule:", expanded=bool(shown.trouble)):
        if kit.operate(
            schedule, f"schedule-{row.id}-{row.version}", initial=row, fills={"id": row.id, "version": row.version},
            submit=_(N_("Schedule")), done=_(N_("Scheduled. Nothing has been sent yet.")),
        ):  # fmt: skip
            st.rerun()
        back = row.send_at and st.button(
            _(N_("Take the schedule back")), key="unschedule", icon=":material/event_busy:"
        )
        if back and kit.do(unschedule, Which(id=row.id)) is not None:
            kit.flash(_(N_("It is a draft again; nothing is sent by itself.")))
            st.rerun()


def reminding(actor: Actor, row: BroadcastRow) -> None:
    """Say when those who have not answered are reminded by themselves, and let it be set."""
    if row.state is not BroadcastState.DRAFT or row.remind_every:
        st.caption(f":material/notifications: {said_reminders(row)}")
    if row.state is BroadcastState.CLOSED or not actor.may("broadcasts.set_reminders", What.DO):
        return
    with st.expander(_(N_("Reminders by itself")), icon=":material/notifications:"):
        suggested = {"remind_most": 3, "remind_every": 60, **(OFFICE_HOURS if row.kind in BY_DAY else {})}
        initial = row if row.remind_every else suggested
        if kit.operate(
            set_reminders, f"reminders-{row.id}-{row.version}", initial=initial,
            fills={"id": row.id, "version": row.version},
            rows=[("remind_most", "remind_every"), ("remind_from", "remind_until")],
            submit=_(N_("Set reminders")), done=_(N_("Set.")),
        ):  # fmt: skip
            st.rerun()


def said_reminders(row: BroadcastRow) -> str:
    """Say how often is reminded, and when next."""
    if not row.remind_every:
        return _(N_("Nobody is reminded by itself."))
    every = _(N_("{count} minutes"), count=row.remind_every)
    if row.remind_every >= MANY:
        every = _(N_("{count} hours"), count=f"{row.remind_every / 60:g}")
    if row.state is BroadcastState.DRAFT:
        return _(N_("After the sending: every {every}, at most {most} times."), every=every, most=row.remind_most)
    done = _(N_("{done} of {most} reminders by itself"), done=row.reminded, most=row.remind_most)
    if row.remind_at is None:
        return _(N_("{done}; no more is planned."), done=done)
    return _(N_("{done}; the next one at {moment}."), done=done, moment=kit.moment(row.remind_at))
