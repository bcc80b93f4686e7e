"""Machines with keys, against the public routes behind the gate, on a database of the test's own."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from core.actor import Actor, What
from core.database import transaction
from data.models.access import ApiKey, PermissionGrant, PermissionSet
from data.models.people import Person
from pages.public.gate import Gate
from pages.public.routes import ROUTES
from services.access import NewKey, make_key
from tests.factories import Cast, account_of, actor_of

ADDRESS = "http://127.0.0.1:8501"
APP = Starlette(routes=ROUTES, middleware=[Middleware(Gate)])


@dataclass(frozen=True)
class Machine:
    """A machine with a key."""

    client: TestClient
    key: str
    id: int

    def call(self, method: str, path: str, **options) -> httpx.Response:
        """Send one request with the key."""
        headers = {"authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return self.client.request(method, f"/api/v1/{path}", headers=headers, **options)

    def get(self, path: str, **options) -> httpx.Response:
        """Ask a query."""
        return self.call("GET", path, **options)

    def post(self, path: str, values: object = None, **options) -> httpx.Response:
        """Send an operation."""
        return self.call("POST", path, json={} if values is None else values, **options)


@pytest.fixture
def stage(live_cast) -> Cast:
    """The fixed cast in the test's own database."""
    return live_cast


@pytest.fixture
def client(live) -> TestClient:
    """A client without a key."""
    return TestClient(APP, base_url=ADDRESS, raise_server_exceptions=False)


@pytest.fixture
def machine(stage, client) -> Callable[..., Machine]:
    """Return a maker of machines: for whom, and within which grants (none named: the administrator's set)."""

    def make(person: Person, *grants: str, days: int = 90) -> Machine:
        with transaction(Actor.system("test")) as tx:
            set_id = (
                given(tx, grants) if grants else tx.scalar(select(PermissionSet.id).filter_by(shipped="administrator"))
            )
            admin = actor_of(tx, stage.administrator)
            account = account_of(tx, person).id
        with transaction(admin) as tx:
            made = make_key(tx, NewKey(account_id=account, name="給与", set_id=set_id, days=days))
        return Machine(client, made.key, made.id)

    return make


@pytest.fixture
def admin(machine, stage) -> Machine:
    """A machine that may do everything."""
    return machine(stage.administrator)


def given(tx, grants) -> int:
    """Make a permission set."""
    made = PermissionSet(name="・".join(grants))
    tx.add(made)
    pairs = [grant.split(":") for grant in grants]
    tx.add_all([PermissionGrant(set_id=made.id, process=process, what=What(what)) for process, what in pairs])
    return made.id


def row_of(machine: Machine) -> ApiKey:
    """Return a key as it stands in the database."""
    with transaction(Actor.system("test")) as tx:
        return tx.get(ApiKey, machine.id)
