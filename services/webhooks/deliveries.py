"""Deliveries (Webhookの送信履歴): what was or will be sent where, a test, and sending again."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.errors import NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import operation, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.webhooks import EndpointState, SendingState, WebhookDelivery, WebhookEndpoint
from services.webhooks.endpoints import WhichEndpoint, locked
from services.webhooks.telling import put
from services.webhooks.words import TEST, Told

OFF = N_("“{name}” is switched off. Switch it on first.")


class DeliveriesAsk(PageAsk):
    """Which deliveries."""

    endpoint_id: int | None = field(N_("Endpoint"), default=None, of="webhooks.endpoint_choices")
    state: SendingState | None = field(N_("State"), default=None)
    event: Told | None = field(N_("Event"), default=None)


class WhichDelivery(Input):
    """One delivery."""

    id: int = field(N_("Delivery"), hidden=True)


class DeliveryRow(Row):
    """A delivery as people read it; ``milliseconds`` is how long the last attempt took."""

    id: int
    endpoint: str = field(N_("Endpoint"))
    event: str = field(N_("Event"))
    state: SendingState = field(N_("State"))
    attempts: int = field(N_("Attempts"))
    status_code: int | None = field(N_("HTTP code"))
    milliseconds: int | None = field(N_("Duration"))
    created_at: datetime = field(N_("When"))
    tried_at: datetime | None = field(N_("Last attempt"))
    next_at: datetime | None = field(N_("Next attempt"))
    word: str = field(N_("What went wrong"))
    message_id: str = field(N_("Message ID"))
    body: str


@query("webhooks.deliveries", N_("See webhook deliveries"))
def list_deliveries(tx: Transaction, ask: DeliveriesAsk) -> Page[DeliveryRow]:
    """Return a page of deliveries, the latest first."""
    statement = select(WebhookDelivery, WebhookEndpoint.name.label("endpoint")).join(
        WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id
    )
    if ask.endpoint_id is not None:
        statement = statement.where(WebhookDelivery.endpoint_id == ask.endpoint_id)
    if ask.state is not None:
        statement = statement.where(WebhookDelivery.state == ask.state)
    if ask.event is not None:
        statement = statement.where(WebhookDelivery.event == ask.event.value)
    newest = ask if ask.sort else ask.model_copy(update={"sort": "-made"})
    return fetch_page(tx, statement, newest, orders={"made": (WebhookDelivery.id,)}, make=_made)


@operation("webhooks.send_test", N_("Send test deliveries to webhook endpoints"), touches="webhook_endpoint")
def send_test(tx: Transaction, ask: WhichEndpoint) -> WhichDelivery:
    """Send an event that says that it is a test (テスト送信).

    Raises:
        NotFound: when there is no such endpoint. Refused: when it is switched off.
    """
    found = _in_use(tx, ask.id)
    return WhichDelivery(id=put(tx, [found.id], TEST, {"endpoint": found.name})[0])


@operation("webhooks.resend", N_("Send webhook deliveries again"), touches="webhook_delivery")
def resend(tx: Transaction, ask: WhichDelivery) -> WhichDelivery:
    """Send a delivery once more, under the same message ID, as often as a new one is tried (再送).

    Raises:
        NotFound: when there is none. Refused: when it waits to be sent anyway, or its endpoint is switched off.
    """
    found = tx.get(WebhookDelivery, ask.id)
    if found is None:
        raise NotFound(N_("This delivery is not kept any more."))
    _in_use(tx, found.endpoint_id)  # locked before its deliveries, as the sending does
    found = tx.get(WebhookDelivery, ask.id, lock=True)
    if found is None or found.state is SendingState.WAITING:
        raise Refused(N_("This delivery is waiting to be sent already."))
    found.state, found.attempts, found.next_at, found.word = SendingState.WAITING, 0, tx.now, None
    tx.session.flush()
    return WhichDelivery(id=found.id)


def _in_use(tx: Transaction, endpoint_id: int) -> WebhookEndpoint:
    found = locked(tx, endpoint_id)
    if found.state is not EndpointState.ON:
        raise Refused(OFF, name=found.name)
    return found


def _made(row: Any) -> DeliveryRow:
    kept: WebhookDelivery = row.WebhookDelivery
    return DeliveryRow(
        id=kept.id, endpoint=row.endpoint, event=kept.event, state=kept.state, attempts=kept.attempts,
        status_code=kept.status_code, milliseconds=kept.milliseconds, created_at=kept.created_at,
        tried_at=kept.tried_at, next_at=kept.next_at, word=_(kept.word) if kept.word else "",
        message_id=kept.message_id, body=kept.body,
    )  # fmt: skip
