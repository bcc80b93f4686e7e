"""The job that sends (Webhookの送信): one worker at a time visits an endpoint and sends what is due, the oldest first.

A worker may die anywhere: its visit runs out, and another one goes on with what has no result. What was sent and not
recorded is sent twice, under the same message ID.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement, delete, or_, select, update

from core import clock, logs
from core.actor import Actor
from core.database import transaction
from core.errors import Unavailable
from core.jobs import EVERY_FIVE_SECONDS, job, must_stop
from core.settings import settings
from core.transaction import Transaction
from data.models.webhooks import EndpointState, SendingState, WebhookDelivery, WebhookEndpoint
from services.webhooks.endpoints import drop_waiting
from services.webhooks.post import Line, Outcome
from services.webhooks.signing import living_secrets, signed_headers

SENDER = Actor.system("webhooks.send")
LANES = 8
"""Endpoints that one job visits at the same time: a slow one keeps nobody waiting but its own deliveries."""

TURN_SECONDS = 20.0
REST = timedelta(seconds=30)
"""An endpoint that is down is left alone for so long, whatever waits for it."""

PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 2 * 3_600, 5 * 3_600, 10 * 3_600, 14 * 3_600, 20 * 3_600, 24 * 3_600)
)
"""Between one attempt and the next, as Standard Webhooks recommends; after the last one it has failed, in 3 days."""

GIVEN_UP_AFTER = timedelta(days=5)
KEPT = timedelta(days=30)
log = structlog.get_logger("webhooks")


class Visit(NamedTuple):
    """An endpoint to send to, for this worker alone until the visit runs out."""

    endpoint: WebhookEndpoint
    at: datetime

    @property
    def id(self) -> int:
        """Return its number."""
        return self.endpoint.id


class Due(NamedTuple):
    """A delivery to be sent now."""

    id: int
    message_id: str
    body: str


@job("webhooks.send", periodic=EVERY_FIVE_SECONDS)
def send_due() -> None:
    """Send what is due to every endpoint, until nothing is or this turn ends."""
    ends = time.monotonic() + TURN_SECONDS

    def is_over() -> bool:
        return must_stop() or time.monotonic() >= ends

    with ThreadPoolExecutor(LANES, "webhooks") as lanes:
        while not is_over() and (visits := _take()):
            going = [lanes.submit(copy_context().run, _visit, visit, is_over) for visit in visits]
            for one in going:
                one.result()


@job("webhooks.forget", periodic="23 18 * * *")
def forget() -> None:
    """Delete deliveries that are older than 30 days."""
    with transaction(SENDER) as tx:
        tx.execute(delete(WebhookDelivery).where(WebhookDelivery.created_at <= tx.now - KEPT))


def _take() -> list[Visit]:
    with transaction(SENDER) as tx:
        due = select(WebhookDelivery.id).where(
            WebhookDelivery.endpoint_id == WebhookEndpoint.id, *_is_due(tx.now)
        )  # fmt: skip
        free = or_(WebhookEndpoint.busy_until.is_(None), WebhookEndpoint.busy_until <= tx.now)
        chosen = (
            select(WebhookEndpoint)
            .where(WebhookEndpoint.state == EndpointState.ON, free, due.exists())
            .order_by(WebhookEndpoint.id)
            .limit(LANES)
            .with_for_update(skip_locked=True)
        )
        found = tx.session.scalars(chosen).all()
        until = tx.now + timedelta(seconds=settings().lease_seconds)
        for endpoint in found:
            endpoint.busy_until = until
        tx.session.flush()
        return [Visit(one, tx.now) for one in found]


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return WebhookDelivery.state == SendingState.WAITING, WebhookDelivery.next_at <= now


def _visit(visit: Visit, is_over: Callable[[], bool]) -> None:
    rest = False
    try:
        with Line(visit.endpoint.url) as line:
            while not rest and not is_over() and (due := _next(visit)) is not None:
                outcome = _send(visit, line, due)
                with transaction(SENDER) as tx:
                    record(tx, visit.id, due.id, outcome)
                rest = outcome.down
    except Exception as error:  # noqa: BLE001 - a fault with one endpoint must not keep the others waiting
        logs.fault(error, endpoint=visit.id)
        rest = True
    with transaction(SENDER) as tx:
        tx.execute(
            update(WebhookEndpoint)
            .where(WebhookEndpoint.id == visit.id)
            .values(busy_until=tx.now + REST if rest else None)
        )


def _next(visit: Visit) -> Due | None:
    with transaction(SENDER) as tx:
        in_use = (WebhookEndpoint.id == visit.id, WebhookEndpoint.state == EndpointState.ON)
        row = tx.execute(
            select(WebhookDelivery.id, WebhookDelivery.message_id, WebhookDelivery.body)
            .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
            .where(*in_use, WebhookEndpoint.url == visit.endpoint.url, *_is_due(tx.now))
            .order_by(WebhookDelivery.next_at, WebhookDelivery.id)
            .limit(1)
        ).first()
        return Due(row.id, row.message_id, row.body) if row else None


def _send(visit: Visit, line: Line, due: Due) -> Outcome:
    try:
        secrets = living_secrets(visit.endpoint, visit.at)
    except Unavailable as error:
        return Outcome(None, 0, error.message, down=True)
    body = due.body.encode()
    outcome = line.post(body, signed_headers(due.message_id, body, clock.now(), secrets))
    log.info("webhook", endpoint=visit.id, message=due.message_id, code=outcome.code, ms=outcome.milliseconds)
    return outcome


def record(tx: Transaction, endpoint_id: int, delivery_id: int, outcome: Outcome) -> None:
    """Note what came of an attempt: done, when it is tried again, or that it has failed for good."""
    endpoint = tx.get(WebhookEndpoint, endpoint_id, lock=True)
    found = tx.get(WebhookDelivery, delivery_id, lock=True)
    if endpoint is None or found is None:
        return
    found.attempts += 1
    found.tried_at, found.status_code, found.milliseconds = tx.now, outcome.code, outcome.milliseconds
    found.word = outcome.word
    if outcome.word is None:
        found.state, found.next_at, endpoint.failing_since = SendingState.TAKEN, None, None
    elif found.state is SendingState.WAITING:  # else it was switched off meanwhile
        _again(tx, endpoint, found)
    tx.session.flush()


def _again(tx: Transaction, endpoint: WebhookEndpoint, found: WebhookDelivery) -> None:
    endpoint.failing_since = endpoint.failing_since or tx.now
    if found.attempts > len(PAUSES):
        found.state, found.next_at = SendingState.FAILED, None
    else:
        found.next_at = tx.now + PAUSES[found.attempts - 1]
    if endpoint.state is EndpointState.ON and tx.now - endpoint.failing_since >= GIVEN_UP_AFTER:
        endpoint.state, endpoint.given_up_at = EndpointState.GIVEN_UP, tx.now
        drop_waiting(tx, endpoint.id)
        log.warning("an endpoint was given up", endpoint=endpoint.id)
