"""What of a feature still runs (稼働中のもの), so that it cannot be switched off: counted, with how to end it."""

from typing import NamedTuple

from sqlalchemy import Select, func, or_, select

from core.i18n import N_
from core.transaction import Transaction
from data.models.access import ApiKey
from data.models.applications import ApplicationState, ProfileApplication
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.directory import DirectoryConnection, Nightly
from data.models.safety import Rule
from data.models.webhooks import EndpointState, WebhookEndpoint

BROADCASTS = N_("{count} broadcasts are not closed yet. Close them first.")
RULES = N_("{count} rules for automatic broadcasts are switched on. Switch them off first.")
KEYS = N_("{count} API keys are in use. Revoke them first.")
ENDPOINTS = N_("{count} webhook endpoints are switched on. Switch them off first.")
APPLICATIONS = N_("{count} applications wait. Approve them or send them back first.")
CONNECTIONS = N_("{count} connections run every night. Switch that off first.")
BEGUN = (BroadcastState.SENDING, BroadcastState.STOPPED, BroadcastState.OPEN)


class Running(NamedTuple):
    """What still runs: a message id with ``{count}``, how many, and the page on which it is ended."""

    said: str
    how_many: int
    page: str


def safety(tx: Transaction) -> Running | None:
    """Rules that are on, broadcasts that a telegram opened."""
    rules = select(func.count()).select_from(Rule).where(Rule.enabled.is_(True))
    return _running(tx, rules, RULES, "safety/rules.py") or _broadcasts(tx, BroadcastKind.AUTOMATIC)


def notices(tx: Transaction) -> Running | None:
    """Broadcasts by hand."""
    return _broadcasts(tx, BroadcastKind.MANUAL)


def keys(tx: Transaction) -> Running | None:
    """Keys that still open something."""
    living = select(func.count()).select_from(ApiKey).where(ApiKey.revoked_at.is_(None), ApiKey.expires_at > tx.now)
    return _running(tx, living, KEYS, "access/keys.py")


def webhooks(tx: Transaction) -> Running | None:
    """Endpoints to which something is sent."""
    on = select(func.count()).select_from(WebhookEndpoint).where(WebhookEndpoint.state == EndpointState.ON)
    return _running(tx, on, ENDPOINTS, "webhooks/endpoints.py")


def applications(tx: Transaction) -> Running | None:
    """Applications that wait for the office."""
    waiting = select(func.count()).where(ProfileApplication.state == ApplicationState.WAITING)
    return _running(tx, waiting, APPLICATIONS, "applications/inbox.py")


def directory(tx: Transaction) -> Running | None:
    """Connections that run every night."""
    every_night = select(func.count()).where(DirectoryConnection.nightly != Nightly.OFF)
    return _running(tx, every_night, CONNECTIONS, "directory/connections.py")


def nothing(tx: Transaction) -> None:
    """For what runs only while somebody looks at it."""
    del tx


def _broadcasts(tx: Transaction, kind: BroadcastKind) -> Running | None:
    # A test belongs to whatever sends; one that goes out at this moment keeps both.
    tests = (Broadcast.kind == BroadcastKind.TEST) & (Broadcast.state == BroadcastState.SENDING)
    own = (Broadcast.kind == kind) & Broadcast.state.in_(BEGUN)
    begun = select(func.count()).select_from(Broadcast).where(or_(own, tests))
    return _running(tx, begun, BROADCASTS, "broadcasts/list.py")


def _running(tx: Transaction, counting: Select[int], said: str, page: str) -> Running | None:
    count = int(tx.scalar(counting))
    return Running(said, count, page) if count else None
