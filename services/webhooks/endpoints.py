"""Endpoints (Webhookの送信先): entered, changed, switched off and on, their secrets renewed."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator
from sqlalchemy import func, select, update

from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Choice, Input, Nothing, Row, field
from core.operations import operation, query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.webhooks import EndpointState, SendingState, WebhookDelivery, WebhookEndpoint
from services.webhooks.places import LONGEST, check_url
from services.webhooks.signing import new_secret, seal
from services.webhooks.words import Told

OVERLAP = timedelta(hours=24)
"""So long both secrets sign, after a new one was made."""

SWITCHED_OFF = N_("The endpoint was switched off before this was sent.")
Url = Annotated[str, AfterValidator(check_url)]


class NewEndpoint(Input):
    """Where to send what."""

    name: str = field(N_("Name"), min_length=1, max_length=60, help=N_("Which system it is, for instance payroll."))
    url: Url = field(N_("Address to send to"), min_length=1, max_length=LONGEST)
    events: list[Told] = field(N_("Events"), min_length=1)


class EditedEndpoint(NewEndpoint):
    """An endpoint as it shall be."""

    id: int = field(N_("Number"), hidden=True)
    version: int = field(N_("Version"), hidden=True)


class WhichEndpoint(Input):
    """One endpoint."""

    id: int = field(N_("Endpoint"), hidden=True)


class EndpointsAsk(PageAsk):
    """Which endpoints."""

    state: EndpointState | None = field(N_("State"), default=None)
    id: int | None = field(N_("Number"), default=None, hidden=True)


class EndpointRow(Row):
    """An endpoint as people read it; never its secret. ``waiting``: how many deliveries are still to be sent.

    ``old_secret_until`` is empty again when the old secret is no longer good.
    """

    id: int
    name: str
    url: str
    events: list[Told]
    state: EndpointState
    failing_since: datetime | None
    given_up_at: datetime | None
    old_secret_until: datetime | None
    waiting: int
    version: int


class MadeSecret(Row):
    """An endpoint with its new secret, which is shown this once."""

    id: int
    secret: str = field(N_("Secret"), secret=True)


@query("webhooks.endpoints", N_("See webhook endpoints"))
def list_endpoints(tx: Transaction, ask: EndpointsAsk) -> Page[EndpointRow]:
    """Return a page of endpoints by name."""
    waiting = (
        select(func.count())
        .where(WebhookDelivery.endpoint_id == WebhookEndpoint.id, WebhookDelivery.state == SendingState.WAITING)
        .scalar_subquery()
    )
    statement = select(WebhookEndpoint, waiting.label("waiting"))
    if ask.state is not None:
        statement = statement.where(WebhookEndpoint.state == ask.state)
    if ask.id is not None:
        statement = statement.where(WebhookEndpoint.id == ask.id)
    return fetch_page(tx, statement, ask, orders={"name": (WebhookEndpoint.name,)}, make=lambda row: _made(tx, row))


@query("webhooks.endpoint_choices", N_("Choose webhook endpoints"))
def endpoint_choices(tx: Transaction, _ask: Nothing) -> list[Choice]:
    """Return the endpoints for a filter."""
    rows = tx.execute(
        select(WebhookEndpoint.id.label("value"), WebhookEndpoint.name.label("label")).order_by(WebhookEndpoint.name)
    )
    return [Choice.model_validate(row) for row in rows]


@operation("webhooks.add_endpoint", N_("Add webhook endpoints"), touches="webhook_endpoint")
def add_endpoint(tx: Transaction, ask: NewEndpoint) -> MadeSecret:
    """Add an endpoint and return its secret, which cannot be read again (送信先登録).

    Raises:
        Invalid: when the name is taken.
    """
    _check_name(tx, ask.name, None)
    made = WebhookEndpoint(
        name=ask.name, url=ask.url, events=_values(ask), state=EndpointState.ON, secret=b"",
        created_by=tx.actor.account_id, created_at=tx.now,
    )  # fmt: skip
    tx.add(made)
    return _with_new_secret(tx, made)


@operation("webhooks.edit_endpoint", N_("Change webhook endpoints"), touches="webhook_endpoint")
def edit_endpoint(tx: Transaction, ask: EditedEndpoint) -> WhichEndpoint:
    """Change name, address or events; what waits goes to the new address.

    Raises:
        NotFound: when there is none of this number. Invalid: when the name is taken.
        Conflict: when somebody else changed it meanwhile.
    """
    found = locked(tx, ask.id)
    if found.version != ask.version:
        raise Conflict(N_("Somebody else changed this endpoint meanwhile. Load the page again."))
    _check_name(tx, ask.name, ask.id)
    tx.note(f"webhook_endpoint:{ask.id}", _noted(found), {"name": ask.name, "url": ask.url, "events": _values(ask)})
    found.name, found.url, found.events, found.version = ask.name, ask.url, _values(ask), found.version + 1
    tx.session.flush()
    return WhichEndpoint(id=found.id)


@operation("webhooks.renew_secret", N_("Renew secrets of webhook endpoints"), touches="webhook_endpoint")
def renew_secret(tx: Transaction, ask: WhichEndpoint) -> MadeSecret:
    """Make a new secret; the one before signs as well for 24 hours, so that the other system can change over.

    Raises:
        NotFound: when there is none of this number.
    """
    found = locked(tx, ask.id)
    found.old_secret, found.old_secret_until = found.secret, tx.now + OVERLAP
    return _with_new_secret(tx, found)


@operation("webhooks.switch_off", N_("Switch webhook endpoints off"), touches="webhook_endpoint")
def switch_off(tx: Transaction, ask: WhichEndpoint) -> WhichEndpoint:
    """Send nothing more there; what waits is not sent, and can be sent again by hand later.

    Raises:
        NotFound: when there is none of this number. Refused: when it is off already.
    """
    found = locked(tx, ask.id)
    if found.state is not EndpointState.ON:
        raise Refused(N_("“{name}” is switched off already."), name=found.name)
    found.state = EndpointState.OFF
    drop_waiting(tx, found.id)
    return WhichEndpoint(id=found.id)


@operation("webhooks.switch_on", N_("Switch webhook endpoints on"), touches="webhook_endpoint")
def switch_on(tx: Transaction, ask: WhichEndpoint) -> WhichEndpoint:
    """Send there again from now on.

    Raises:
        NotFound: when there is none of this number. Refused: when it is on already.
    """
    found = locked(tx, ask.id)
    if found.state is EndpointState.ON:
        raise Refused(N_("“{name}” is in use already."), name=found.name)
    found.state = EndpointState.ON
    found.failing_since = found.given_up_at = found.busy_until = None
    tx.session.flush()
    return WhichEndpoint(id=found.id)


def locked(tx: Transaction, endpoint_id: int) -> WebhookEndpoint:
    """Return an endpoint, locked for change.

    Raises:
        NotFound: when there is none of this number.
    """
    found = tx.get(WebhookEndpoint, endpoint_id, lock=True)
    if found is None:
        raise NotFound(N_("This endpoint does not exist. Go back to the list."))
    return found


def drop_waiting(tx: Transaction, endpoint_id: int) -> None:
    """Note of everything that waits for an endpoint that it was not sent, in one statement."""
    tx.session.flush()
    tx.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.state == SendingState.WAITING)
        .values(state=SendingState.FAILED, next_at=None, word=SWITCHED_OFF)
        .execution_options(synchronize_session=False)
    )


def _with_new_secret(tx: Transaction, endpoint: WebhookEndpoint) -> MadeSecret:
    secret = new_secret()
    endpoint.secret = seal(endpoint.id, secret)
    tx.session.flush()
    return MadeSecret(id=endpoint.id, secret=secret)


def _check_name(tx: Transaction, name: str, but: int | None) -> None:
    others = select(WebhookEndpoint.id).where(WebhookEndpoint.name == name, WebhookEndpoint.id.is_distinct_from(but))
    if tx.scalar(others) is not None:
        taken = N_("There is an endpoint of this name already.")
        raise Invalid(taken, fields={"name": _(taken)})


def _values(ask: NewEndpoint) -> list[str]:
    return [told.value for told in ask.events]


def _noted(found: WebhookEndpoint) -> dict[str, Any]:
    return {"name": found.name, "url": found.url, "events": found.events}


def _made(tx: Transaction, row: Any) -> EndpointRow:
    kept: WebhookEndpoint = row.WebhookEndpoint
    until = kept.old_secret_until
    both = until if until is not None and until > tx.now else None
    known = [told for told in Told if told in kept.events]
    return EndpointRow(
        id=kept.id, name=kept.name, url=kept.url, events=known, state=kept.state, failing_since=kept.failing_since,
        given_up_at=kept.given_up_at, old_secret_until=both, waiting=row.waiting,
        version=kept.version,
    )  # fmt: skip
