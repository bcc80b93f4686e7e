"""Webhook deliveries (Webhookの送信履歴): what was sent where, what came of it, and sending again."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.webhooks import (
    TEST,
    DeliveriesAsk,
    DeliveryRow,
    SendingState,
    Told,
    WhichDelivery,
    list_deliveries,
    resend,
)

actor = guard("webhooks.deliveries")


def event(row: DeliveryRow) -> str:
    """Say what happened."""
    if row.event == TEST:
        return _(N_("Test delivery"))
    return kit.said(Told(row.event)) if row.event in set(Told) else row.event


def duration(row: DeliveryRow) -> str:
    """Say how long the last attempt took."""
    return kit.NONE if row.milliseconds is None else f"{row.milliseconds:,} ms"


def opened(row: DeliveryRow) -> None:
    """Show the delivery that was picked, and offer to send it again."""
    st.subheader(f"{event(row)} → {kit.literal(row.endpoint)}", anchor=False)
    if row.word:
        st.warning(row.word, icon=":material/warning:")
    again = row.state is not SendingState.WAITING and actor.may("webhooks.resend", What.DO)
    if (
        again
        and st.button(_(N_("Send again")), key="resend", icon=":material/replay:", type="primary")
        and kit.do(resend, WhichDelivery(id=row.id))
    ):
        kit.flash(_(N_("It is sent again within a few seconds.")))
        st.rerun()
    st.caption(_(N_("Message ID: {message}"), message=row.message_id))
    st.code(row.body, language="json", wrap_lines=True)


kit.header(
    _(N_("Webhook deliveries")),
    _(N_("What was or will be sent to other systems, the latest first; kept for 30 days. Pick one to see it.")),
)
picked = kit.table(
    list_deliveries,
    kit.filters(DeliveriesAsk),
    columns={
        "created_at": kit.Column(_(N_("When")), width=135),
        "endpoint": kit.Column(_(N_("Endpoint")), width=120),
        "event": kit.Column(_(N_("Event")), value=event, width=140),
        "state": kit.Column(_(N_("State")), width=95),
        "attempts": kit.Column(_(N_("Attempts")), number=True, width=80),
        "status_code": kit.Column(_(N_("HTTP code")), number=True, width=90),
        "milliseconds": kit.Column(_(N_("Duration")), value=duration, width=85),
        "next_at": kit.Column(_(N_("Next attempt")), width=135),
        "word": _(N_("What went wrong")),
    },
    selects=True,
    unit=N_("{count} deliveries"),
    empty=_(N_("Nothing was sent yet, or nothing that fits the filters.")),
)
if picked is not None:
    opened(picked)
