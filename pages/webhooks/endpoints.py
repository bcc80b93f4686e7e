"""Webhook endpoints (Webhookの送信先, N11): which systems are told what."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.webhooks._secret import shown_once
from services.webhooks import EndpointsAsk, add_endpoint, list_endpoints

actor = guard("webhooks.endpoints")
kit.header(
    _(N_("Webhooks")),
    _(N_("Other systems that are told at once when something happens here. What they get stands in docs/webhooks.md.")),
)
if actor.may("webhooks.add_endpoint", What.DO):
    with st.expander(_(N_("Add an endpoint")), icon=":material/add:"):
        added = kit.operate(
            add_endpoint, "endpoint-new", rows=[("name",), ("url",), ("events",)], submit=_(N_("Add the endpoint"))
        )
        if added:
            shown_once(added.result)
kit.table(
    list_endpoints,
    kit.filters(EndpointsAsk),
    columns={
        "name": kit.Column(_(N_("Name")), sort="name", width=180),
        "url": kit.Column(_(N_("Address to send to")), width=300),
        "state": kit.Column(_(N_("State")), width=140),
        "events": _(N_("Events")),
        "waiting": kit.Column(_(N_("Still to be sent")), number=True, width=110),
    },
    opens=lambda row: ("webhooks/endpoint.py", {"id": row.id}),
    unit=N_("{count} endpoints"),
    empty=_(N_("No other system is told anything yet.")),
)
