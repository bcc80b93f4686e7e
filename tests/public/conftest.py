"""One real console for the tests of this folder."""

import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from core.postgres import EmbeddedPostgres
from data.models.access import Account
from pages.public.app import app
from services.access import start_session
from tests.conftest import LiveDatabase
from tests.consoles import Console, console
from tests.factories import account_of, hash_of_password, make_cast

PASSWORD = "my dog eats green apples"


@pytest.fixture(scope="session")
def running(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with the fixed cast; the administrator's password is PASSWORD."""
    with console(server, f"public_{secrets.token_hex(4)}", str(tmp_path_factory.mktemp("home"))) as started:
        with started.transaction() as tx:
            account_of(tx, make_cast(tx).administrator).password_hash = hash_of_password(PASSWORD)
        yield started


@pytest.fixture
def administrator(running: Console) -> str:
    """The token of a session of the administrator."""
    return session_of(running, "admin")


@pytest.fixture
def browser(live: LiveDatabase) -> Iterator[TestClient]:
    """A browser without cookies, before the public routes alone."""
    with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
        yield client


def session_of(running: Console, login: str) -> str:
    """Sign somebody in without the form and return the token for the cookie."""
    with running.transaction() as tx:
        return start_session(tx, tx.scalar(select(Account.id).where(Account.login == login)))
