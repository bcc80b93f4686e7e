"""The floor of the API: bare Starlette routes that send what ours sends to the database, and answer with constants.

Started by ``bench.api`` in a process of its own. It asks the product once in this process, to see what it sends.
"""

import os
import uuid
from contextlib import asynccontextmanager
from typing import Any

from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from bench.api_calls import BODY, MARK, OPERATION, QUERY, headers_of
from bench.recorded import Recorded, recording
from core.database import SESSION_OPTIONS, engine, libpq_url
from core.settings import settings
from pages.public.app import app as product

pool: ConnectionPool[Any] = ConnectionPool(
    libpq_url(os.environ["DATABASE_URL"]), min_size=8, max_size=30, open=False, kwargs={"options": SESSION_OPTIONS}
)


def recorded(method: str, path: str) -> tuple[Recorded, bytes]:
    """Return what the product sends for one request, and what it answers."""
    client = TestClient(product, base_url=settings().base_url)
    headers = headers_of(os.environ["BENCH_KEY"], MARK)
    body = BODY.format(name=MARK) if method == "POST" else None
    client.get(QUERY, headers=headers)  # what SQLAlchemy asks a new database belongs to no request
    with recording(MARK) as what:
        answer = client.request(method, path, headers=headers, content=body)
    answer.raise_for_status()
    return what, answer.content


QUERIED, OPERATED = recorded("GET", QUERY), recorded("POST", OPERATION)
engine().dispose()


def query(_request: Request) -> Response:
    """Send what a query sends."""
    return sent(*QUERIED)


def operation(_request: Request) -> Response:
    """Send what an operation sends."""
    return sent(*OPERATED)


def sent(what: Recorded, answer: bytes) -> Response:
    """Send it by psycopg, and answer alike."""
    with pool.connection() as connection:
        what.send(connection, uuid.uuid4().hex)
    return Response(answer, media_type="application/json")


def counts(_request: Request) -> Response:
    """Say how many statements each is."""
    return Response(f"{QUERIED[0].statements} {OPERATED[0].statements}")


@asynccontextmanager
async def lifespan(_app: Starlette) -> Any:
    """Keep connections while the routes run."""
    pool.open(wait=True)
    yield
    pool.close()


ROUTES = [
    Route(QUERY.partition("?")[0], query),
    Route(OPERATION, operation, methods=["POST"]),
    Route("/healthz", counts),
]
app = Starlette(routes=ROUTES, lifespan=lifespan)
