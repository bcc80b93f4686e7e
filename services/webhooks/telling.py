"""What rooms tell, written down for the endpoints that asked for it, in the transaction of what happened (outbox).

One event is one delivery to an endpoint, whether it is about one person or a hundred thousand: counts, the number of
the change-set, and the numbers of the records where they are few. Names and answers are not sent: who wants them asks
the API with a key of their own.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, func, select

from core.prepared import Prepared
from core.transaction import Transaction, listens
from data.models.changes import Change
from data.models.webhooks import EndpointState, SendingState, WebhookDelivery, WebhookEndpoint
from services.events import BroadcastAnswered, BroadcastClosed, BroadcastOpened, ImportFinished, RecordsChanged
from services.webhooks.words import Told

FEW = 100
"""Up to so many records are named by number; of more, the change-set says which."""

Data = Mapping[str, Any]
KNOWN = {told.value for told in Told}
ASKED_FOR = Prepared(
    select(WebhookEndpoint.id, WebhookEndpoint.events)
    .where(
        WebhookEndpoint.state == EndpointState.ON,
        func.jsonb_exists_any(WebhookEndpoint.events, bindparam("names", type_=ARRAY(Text))),
    )
    .order_by(WebhookEndpoint.id)
)


@listens(RecordsChanged)
def records_changed(tx: Transaction, event: RecordsChanged) -> None:
    """Tell what became of people and departments, one event for each action."""
    counts = {
        f"{kind}.{action}": (kind, action, count)
        for kind, actions in event.counts.items()
        for action, count in actions.items()
        if f"{kind}.{action}" in KNOWN
    }

    def data(name: str) -> Data:
        kind, action, count = counts[name]
        said: dict[str, Any] = {"change_set_id": event.set_id, "process": event.process, "count": count}
        return {**said, "ids": _ids(tx, event.set_id, kind, action)} if count <= FEW else said

    _tell(tx, list(counts), data)


@listens(ImportFinished)
def import_finished(tx: Transaction, event: ImportFinished) -> None:
    """Tell that an import was applied."""
    data = {
        "import_id": event.import_id, "kind": event.kind, "counts": dict(event.counts), "change_set_id": event.set_id
    }  # fmt: skip
    _tell(tx, [Told.IMPORT_FINISHED], lambda _name: data)


@listens(BroadcastOpened)
def broadcast_opened(tx: Transaction, event: BroadcastOpened) -> None:
    """Tell that a broadcast was opened."""
    data = {"broadcast_id": event.broadcast_id, "kind": event.kind, "asked": event.asked}
    _tell(tx, [Told.BROADCAST_OPENED], lambda _name: data)


@listens(BroadcastClosed)
def broadcast_closed(tx: Transaction, event: BroadcastClosed) -> None:
    """Tell that a broadcast was closed."""
    data = {"broadcast_id": event.broadcast_id, "kind": event.kind}
    _tell(tx, [Told.BROADCAST_CLOSED], lambda _name: data)


@listens(BroadcastAnswered)
def broadcast_answered(tx: Transaction, event: BroadcastAnswered) -> None:
    """Tell that replies came in."""
    data = {"broadcasts": [{"broadcast_id": one, "people": count} for one, count in sorted(event.people.items())]}
    _tell(tx, [Told.BROADCAST_ANSWERED], lambda _name: data)


def put(tx: Transaction, endpoint_ids: list[int], name: str, data: Data) -> list[int]:
    """Write one event down for some endpoints and return the numbers of the deliveries; the sweep sends them."""
    said = {"type": name, "timestamp": tx.now.isoformat(timespec="milliseconds"), "data": data}
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return [
        tx.insert(
            WebhookDelivery, endpoint_id=endpoint_id, message_id=f"msg_{secrets.token_hex(16)}", event=name, body=body,
            state=SendingState.WAITING, attempts=0, created_at=tx.now, next_at=tx.now,
        )
        for endpoint_id in endpoint_ids
    ]  # fmt: skip


def _tell(tx: Transaction, names: list[str], data: Callable[[str], Data]) -> None:
    if not names:
        return
    found = tx.rows(ASKED_FOR, names=names)
    for name in names:
        endpoints = [row.id for row in found if name in row.events]
        if endpoints:
            put(tx, endpoints, name, data(name))


def _ids(tx: Transaction, set_id: int, kind: str, action: str) -> list[int]:
    mine = (Change.set_id == set_id, Change.kind == kind, Change.action == action)
    return list(tx.session.scalars(select(Change.record_id).where(*mine).order_by(Change.record_id)))
