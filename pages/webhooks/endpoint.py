"""One webhook endpoint (Webhookの送信先): how it stands, changing it, a test, a new secret, switching it off and on."""

from typing import Any

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from core.operations import Operation
from pages import kit
from pages.kit.guard import guard
from pages.webhooks._secret import shown_once
from services.webhooks import (
    EndpointRow,
    EndpointsAsk,
    EndpointState,
    WhichEndpoint,
    edit_endpoint,
    list_deliveries,
    list_endpoints,
    renew_secret,
    send_test,
    switch_off,
    switch_on,
)


def may(actor: Actor, operation: Operation[Any, Any]) -> bool:
    """Say whether a button is worth showing; the operation checks again."""
    return actor.may(operation.name, operation.what)


def standing(row: EndpointRow) -> None:
    """Say what is wrong, or that a change of the secret is under way."""
    if row.state is EndpointState.GIVEN_UP:
        sentence = N_(
            "Switched off on {moment}: nothing was taken in for five days. What waited was not sent. When the other "
            "system works again, switch the endpoint on and send again what it missed."
        )
        st.error(_(sentence, moment=kit.moment(row.given_up_at)), icon=":material/error:")
    elif row.state is EndpointState.OFF:
        st.warning(_(N_("Switched off: nothing is sent there.")), icon=":material/pause_circle:")
    elif row.failing_since:
        sentence = N_(
            "Nothing has been taken in since {moment}. It is tried again; after five days it is switched off."
        )
        st.warning(_(sentence, moment=kit.moment(row.failing_since)), icon=":material/warning:")
    if row.old_secret_until:
        sentence = N_("The secret was renewed: until {moment} everything is signed with the old one as well.")
        st.info(_(sentence, moment=kit.moment(row.old_secret_until)), icon=":material/key:")


def handling(actor: Actor, row: EndpointRow) -> None:
    """Offer what can be done with the endpoint."""
    which, renewed = WhichEndpoint(id=row.id), False
    with st.container(horizontal=True, gap="small"):
        if row.state is EndpointState.ON:
            test = may(actor, send_test) and st.button(_(N_("Send a test")), key="test", icon=":material/send:")
            renewed = may(actor, renew_secret) and st.button(
                _(N_("Renew the secret")), key="renew", icon=":material/key:"
            )
            off = may(actor, switch_off) and st.button(_(N_("Stop sending there")), key="off", icon=":material/pause:")
        else:
            test = off = False
            if may(actor, switch_on) and st.button(_(N_("Send there again")), key="on", type="primary"):
                finish(kit.do(switch_on, which), _(N_("Switched on. What happens from now on is sent.")))
    if test:
        finish(kit.do(send_test, which), _(N_("The test is on its way. Look below what becomes of it.")))
    if off:
        kit.confirm(
            _(N_("Switch “{name}” off?"), name=row.name),
            _(N_("Nothing is sent there from now on. What waits is not sent; it can be sent again by hand later.")),
            yes=_(N_("Stop sending there")), then=lambda: kit.do(switch_off, which),
        )  # fmt: skip
    if renewed and (made := kit.do(renew_secret, which)):
        shown_once(made.result)


def finish(done: object, sentence: str) -> None:
    """Say with the next run that it was done."""
    if done:
        kit.flash(sentence)
        st.rerun()


def settings(actor: Actor, row: EndpointRow) -> None:
    """Show name, address and events, as a form to those who may change them."""
    if not may(actor, edit_endpoint):
        kit.facts({_(N_("Address to send to")): row.url, _(N_("Events")): kit.joined(row.events)})
        return
    saved = kit.operate(
        edit_endpoint, f"endpoint-{row.id}-{row.version}", initial=row, fills={"id": row.id, "version": row.version},
        rows=[("name",), ("url",), ("events",)], submit=_(N_("Save")), done=_(N_("Saved.")),
    )  # fmt: skip
    if saved:
        st.rerun()


actor = guard("webhooks.endpoints")
found = kit.ask(list_endpoints, EndpointsAsk(id=kit.number_in_address("id"))).rows
if not found:
    st.info(_(N_("This endpoint does not exist. Go back to the list.")))
    kit.way_out()
    st.stop()
endpoint = found[0]
kit.header(endpoint.name, back=(_(N_("Webhooks")), "webhooks/endpoints.py"))
standing(endpoint)
handling(actor, endpoint)
settings(actor, endpoint)
if list_deliveries.allowed(actor):
    st.page_link(
        "webhooks/deliveries.py", label=_(N_("What was sent there")), icon=":material/history:",
        query_params={"endpoint_id": str(endpoint.id)},
    )  # fmt: skip
