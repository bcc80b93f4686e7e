"""``/metrics`` for Prometheus: this process's own numbers, and those of the installation from the database.

They say how much an organisation does, so they are shown only for ``RENRAKU_METRICS_TOKEN``.
"""

import secrets

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core import logs
from core.actor import Actor
from core.database import engine, transaction
from core.settings import settings
from services.numbers import numbers

INSTALLATION = Gauge("renraku_installation", "Numbers of the whole installation.", ["what"])
CONNECTIONS = Gauge("renraku_database_connections", "Database connections of this process that are in use.")
REACHABLE = Gauge("renraku_database_up", "Whether the database answered just now.")


def metrics(request: Request) -> Response:
    """Answer in Prometheus' own writing; without the right token as if there were no such page."""
    if not _may(request):
        return PlainTextResponse("Not found", 404)
    try:
        with transaction(Actor.system("metrics")) as tx:
            for what, value in numbers(tx).items():
                INSTALLATION.labels(what).set(value)
        REACHABLE.set(1)
    except Exception as error:  # noqa: BLE001 - that the database is away is what they are looked at for
        logs.fault(error)
        REACHABLE.set(0)
    CONNECTIONS.set(engine().pool.checkedout())  # type: ignore[attr-defined]  # of a queue pool, which ours is
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _may(request: Request) -> bool:
    token, shown = settings().metrics_token, request.headers.get("authorization", "")
    return token is not None and secrets.compare_digest(
        shown.encode(), f"Bearer {token.get_secret_value()}".encode()
    )  # fmt: skip


ROUTES = [Route("/metrics", metrics)]
"""Only whoever has the token is answered."""
