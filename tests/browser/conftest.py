"""A real Chromium before a real installation: console and worker as processes of their own, on a database of the test.

Without Chromium the tests are skipped with a message, unless ``RENRAKU_REQUIRE_BROWSER`` is set, as CI does.
"""

import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import Engine, select

from core.actor import Actor
from core.database import transaction
from core.postgres import EmbeddedPostgres
from core.transaction import Transaction
from data.models.access import Account
from services import setup
from services.access import start_session
from tests import consoles
from tests.conftest import LiveDatabase, product_at
from tests.processes import python, until
from tests.public.conftest import running

__all__ = ["running"]  # with the fixed cast, one for all the modules here

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
# As root there is no sandbox; the rest keeps the browser from looking for its maker's servers.
OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
PATIENCE_MS = 20_000
SETTLED = '.stApp[data-test-script-state="notRunning"]'
"""No script of the page is under way."""

PASSWORD = "雨の日は家で本を読みます"


@dataclass(frozen=True)
class Console:
    """A running installation."""

    url: str
    database: LiveDatabase
    home: Path

    def setup_code(self) -> str:
        """Return the code that the terminal would have shown."""
        with transaction(Actor.system("test")) as tx:
            return setup.new_code(tx)


@dataclass(frozen=True)
class Installation:
    """A running installation for several tests: the name of its database, its address, its folder."""

    database: str
    url: str
    home: Path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a module; each gets a context of its own.

    Not longer: while Playwright runs, its event loop is the running one, and no other test could start its own.
    """
    if CHROMIUM is None:
        message = "Chromium is not installed (apt-get install chromium)"
        if os.environ.get("RENRAKU_REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def console(live: LiveDatabase, tmp_path: Path) -> Iterator[Console]:
    """Console and worker on a free port."""
    port = str(free_port())
    environment = {"RENRAKU_PORT": port, "RENRAKU_HOME": str(tmp_path), "DATABASE_OWNER_URL": live.owner_url}
    server = ("-m", "uvicorn", "streamlit_app:app", "--host", "127.0.0.1", "--port", port, "--log-level", "warning")
    with python(*server, **environment), python("manage.py", "worker", **environment):
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(url), within=60)
        yield Console(url, live, tmp_path)


@pytest.fixture(scope="session")
def installation(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Console and worker of an organisation that has begun empty, for tests that do not get in each other's way."""
    name, home = f"begun_{secrets.token_hex(4)}", tmp_path_factory.mktemp("home")
    with (
        consoles.console(server, name, str(home)) as started,
        python("manage.py", "worker", DATABASE_URL=started.database_url, RENRAKU_HOME=str(home)),
    ):
        with started.transaction() as tx:
            begin(tx, sample=False)
        yield Installation(name, started.url, home)


@pytest.fixture
def begun(
    server: EmbeddedPostgres,
    installation: Installation,
    live_engine: tuple[Engine, Engine],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Console]:
    """The same with the product of this process pointed at its database."""
    with product_at(server, installation.database, installation.home, live_engine, monkeypatch) as database:
        yield Console(installation.url, database, installation.home)


def begin(tx: Transaction, *, sample: bool) -> None:
    """Make the organisation and its first administrator, as test_start does by hand."""
    values = {"code": setup.new_code(tx), "start_with": "sample" if sample else "empty", "organisation": "試験商事"}
    names = {"family_name": "初瀬", "given_name": "花子", "login": "hanako", "password": PASSWORD, "browser": "ab" * 32}
    assert setup.start(tx, setup.FirstStart(**values, **names)).sign_in_code


def signed_in(page: Page, console: Console, login: str = "hanako") -> None:
    """Open the console as somebody who has signed in."""
    with transaction(Actor.system("test")) as tx:
        token = start_session(tx, tx.scalar(select(Account.id).where(Account.login == login)))
    cookie = f"renraku-{urlsplit(console.url).port}"
    page.context.add_cookies([{"name": cookie, "value": token, "url": console.url}])
    page.goto(console.url)
    expect(page.get_by_role("heading", name="ホーム")).to_be_visible()


@pytest.fixture
def desktop(chromium: Browser) -> Iterator[Page]:
    """A Japanese browser at a desk."""
    with_context = context(chromium, 1440, 900)
    page = with_context.new_page()
    yield page
    with_context.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A Japanese phone that runs no JavaScript."""
    with_context = context(chromium, 390, 844, java_script_enabled=False)
    page = with_context.new_page()
    yield page
    with_context.close()


def context(browser: Browser, width: int, height: int, **options: bool) -> BrowserContext:
    """Open a browser window with patience for a busy machine."""
    made = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP", **options)
    made.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return made


def type_into(page: Page, label: str, text: str) -> None:
    """Fill a field by its label and go on to the next one, as a person does."""
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Tab")


def open_from_menu(page: Page, name: str) -> None:
    """Click a page in the menu; Home may offer the same one beside it."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Say whether the console is up."""
    try:
        return httpx.get(f"{url}/healthz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False
