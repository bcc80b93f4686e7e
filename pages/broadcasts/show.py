"""One broadcast (送信状況, D13): how far its sending is, live; stop, go on, close, remind; each contact point."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _, listed
from pages import kit
from pages.broadcasts._preview import preview
from pages.broadcasts._progress import draw_course, draw_progress
from pages.broadcasts._sending import reminding
from pages.broadcasts._steering import steer
from pages.kit.guard import guard
from services.broadcasts import (
    BroadcastKind,
    BroadcastState,
    DeliveriesAsk,
    DeliveryLine,
    DeliveryState,
    Shown,
    Which,
    correct,
    deliveries,
    show,
)

actor = guard("broadcasts.show")
which = Which(id=kit.number_in_address("id"))
SENDING = BroadcastState.SENDING
CORRECTED = N_("Correction")
TAKING = (SENDING, BroadcastState.STOPPED, BroadcastState.OPEN)


def look(begun_in: BroadcastState) -> None:
    """Draw the sending as it is now; when it has come to another state, the whole page is run again."""
    found = kit.ask(show, which)
    if found.broadcast.state is not begun_in:
        st.rerun(scope="app")
    draw_progress(found.progress, live=begun_in is SENDING)
    draw_course(found.course)


def enter(line: DeliveryLine) -> tuple[str, dict[str, int]]:
    """Return the page on which an answer by phone is entered."""
    return "broadcasts/answer_for.py", {"id": which.id, "whom": line.person_id}


def show_sending(found: Shown) -> None:
    """Show how far the sending is, what was sent, and each contact point."""
    row = found.broadcast
    if row.state is SENDING:
        kit.refreshing(lambda: look(row.state), process="broadcasts.show")
    else:
        draw_progress(found.progress, live=False)
        draw_course(found.course)
    if found.steered:
        reminding(actor, row)
    with st.expander(_(N_("Text and questions"))):
        preview(row)
    if actor.may("broadcasts.deliveries", What.READ):
        st.subheader(_(N_("Each contact point")), anchor=False)
        question = kit.filters(DeliveriesAsk, key="ledger", fills={"broadcast_id": row.id})
        kit.table(
            deliveries,
            question,
            opens=enter if actor.may("broadcasts.answer_for", What.DO) and row.state in TAKING else None,
            columns={
                "name": kit.Column(),
                "state": kit.Column(width=100),
                "address": kit.Column(width=200),
                "reason": kit.Column(width=175 if len(found.progress.rounds) > 1 else 240),
                "channel": kit.Column(width=75),
                "department": kit.Column(width=190),
                **({"round": kit.Column(number=True, width=65)} if len(found.progress.rounds) > 1 else {}),
                "updated_at": kit.Column(width=140),
            },
            key="ledger",
            unit=N_("{count} contact points"),
            empty=_(N_("Nothing was sent yet.")),
        )


def correcting() -> None:
    """Offer to prepare a correction for the same people."""
    if st.button(_(N_("Send a correction")), icon=":material/edit_notifications:", key="correct"):
        done = kit.do(correct, which)
        if done:
            kit.go("broadcasts/new.py", {"id": done.result.id})


def show_corrections(found: Shown) -> None:
    """Say what put this broadcast right, and what it puts right itself."""
    if found.corrects:
        corrected = _(N_("This corrects “{title}”."), title=kit.literal(found.corrects))
        st.info(corrected, icon=":material/edit_notifications:")
        if st.button(_(N_("See what it corrects")), key="corrects", type="tertiary"):
            kit.go("broadcasts/show.py", {"id": found.broadcast.corrects_id})
    for one in found.corrections:
        sent = _(N_("sent at {moment}"), moment=kit.moment(one.sent_at)) if one.sent_at else kit.said(one.state)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":orange-badge[:material/edit_notifications: {_(CORRECTED)}] {kit.literal(one.title)}　{sent}")
            if st.button(_(N_("See the correction")), key=f"correction-{one.id}", type="tertiary"):
                page = "broadcasts/new.py" if one.state is BroadcastState.DRAFT else "broadcasts/show.py"
                kit.go(page, {"id": one.id})


found = kit.ask(show, which)
row = found.broadcast
kit.header(row.title, " · ".join([kit.said(row.kind), kit.said(row.state), listed(found.recipients)]),
           back=(_(N_("Broadcasts")), "broadcasts/list.py"))  # fmt: skip
with st.container(horizontal=True, gap="small"):
    if actor.may("broadcasts.monitor", What.READ) and st.button(
        _(N_("Reply monitor")), icon=":material/monitoring:", type="primary", key="monitor"
    ):
        kit.go("broadcasts/monitor.py", {"id": row.id})
    if (
        row.kind is BroadcastKind.AUTOMATIC
        and actor.may("safety.why", What.READ)
        and st.button(_(N_("Why was somebody asked?")), icon=":material/person_search:", key="why")
    ):
        kit.go("safety/why.py", {"broadcast": row.id})
    steer(actor, row, steered=found.steered, unknown=found.progress.counts.get(DeliveryState.UNKNOWN, 0))
    if found.steered and actor.may("broadcasts.correct", What.DO):
        correcting()
show_corrections(found)
if kit.beside(_(N_("Sending")), "broadcast", row.id, actor):
    show_sending(found)
