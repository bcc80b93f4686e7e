"""The public routes over loopback, and a key for a directory."""

import threading
import time
from collections.abc import Iterator
from socket import IPPROTO_TCP, socket

import httpx2
import pytest
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.middleware import Middleware

from core.actor import Actor
from core.database import transaction
from data.models.access import PermissionSet
from pages.public.gate import Gate
from pages.public.routes import ROUTES
from services.access import NewKey, make_key
from tests.conftest import forget
from tests.factories import Cast, account_of, actor_of


@pytest.fixture
def address(live, monkeypatch) -> Iterator[str]:
    """The routes behind the gate, on a port of their own."""
    with socket(proto=IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        monkeypatch.setenv("RENRAKU_PORT", str(port))
        monkeypatch.setenv("RENRAKU_API_REQUESTS_PER_MINUTE", "100000")
        forget()
        app = Starlette(routes=ROUTES, middleware=[Middleware(Gate)])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}/scim/v2"
        server.should_exit = True
        thread.join()


@pytest.fixture
def key(live, live_cast: Cast) -> str:
    """An API key of the administrator."""
    with transaction(Actor.system("test")) as tx:
        set_id = tx.scalar(select(PermissionSet.id).filter_by(shipped="administrator"))
        admin, account = actor_of(tx, live_cast.administrator), account_of(tx, live_cast.administrator).id
    with transaction(admin) as tx:
        return make_key(tx, NewKey(account_id=account, name="Entra ID", set_id=set_id, days=90)).key


@pytest.fixture
def directory(address, key) -> Iterator[httpx2.Client]:
    """A client with the key."""
    with httpx2.Client(base_url=address, headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client
