"""A walk through the fleet of docs/deploy.md: two of everything on one PostgreSQL, behind nginx."""

import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from socket import create_connection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select
from websockets.sync.client import ClientConnection, connect

from core.actor import Actor
from core.database import transaction
from data.models.access import Account
from data.models.delivery import LocalMail
from pages.public.sockets import ENDED
from services.access import new_token, start_session
from tests.browser.conftest import chromium, context
from tests.browser.test_sign_in import sign_in
from tests.conftest import LiveDatabase
from tests.consoles import LIMIT, run, said
from tests.deploy.fleet import CONSOLES, NGINX, PUBLIC, Fleet, fleet
from tests.factories import account_of, hash_of_password, make_cast
from tests.processes import until
from tests.public.asked import Asked, Form
from tests.public.conftest import PASSWORD
from tests.public.test_revocation import cut_off

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(300)]
SESSION, BROWSER = "__Host-renraku", "__Host-renraku-browser"
WITHIN_SECONDS = 2
SECRET = "0123456789abcdefghjkmnpqrs"


@pytest.fixture
def running(live: LiveDatabase, tmp_path: Path) -> Iterator[Fleet]:
    """The fleet, with the fixed cast; the administrator's password is PASSWORD."""
    if NGINX is None:
        message = "nginx is not installed (apt-get install nginx-light)"
        if os.environ.get("RENRAKU_REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    with transaction(Actor.system("test")) as tx:
        account_of(tx, make_cast(tx).administrator).password_hash = hash_of_password(PASSWORD)
    with fleet(tmp_path, live.url) as started:
        yield started


def test_two_of_everything_behind_nginx(running: Fleet, chromium: Browser) -> None:
    window = context(chromium, 1440, 900, ignore_https_errors=True)
    page = window.new_page()
    first = stays_on_one_console(running, page)
    theirs = on_console(running, next(one for one in CONSOLES if one != first))
    a_large_file_goes_to_a_public_process(running)
    goes_on_at_the_other(running, page, first, theirs)
    replies_and_jobs(running)
    signs_out_everywhere(running, page, theirs)
    window.close()


def stays_on_one_console(running: Fleet, page: Page) -> str:
    """Sign in, load pages anew; return the console that did all of it."""
    page.goto(f"{running.url}/access-mine")
    sign_in(page)
    expect(page.get_by_role("heading", name="マイページ")).to_be_visible()
    for _time in range(3):
        page.reload()
        expect(page.get_by_role("heading", name="マイページ")).to_be_visible()
    page.get_by_role("link", name="アカウント", exact=True).click()
    expect(page.get_by_role("heading", name="アカウント")).to_be_visible()
    consoles = set(running.served("/access-mine", 2)[1:])  # the first time there was no cookie yet
    assert len(consoles) == 1, consoles
    return consoles.pop()


def on_console(running: Fleet, console: str) -> str:
    """Return a browser's token with which everything goes to this console."""
    for already in range(64):
        token = new_token()
        with running.client(**{BROWSER: token}) as client:
            assert client.get("/access-accounts").status_code == 200
        if running.served("/access-accounts", already + 1)[-1] == console:
            return token
    raise AssertionError(f"of 64 browsers none came to {console}")


def a_large_file_goes_to_a_public_process(running: Fleet) -> None:
    """Send more than the console takes; what is too large is refused by nginx or by us."""
    lines = b"".join(b"%d,%s\r\n" % (one, b"x" * 100_000) for one in range(600))
    with running.client(**{SESSION: session()}) as client:
        send = {"headers": {"origin": running.url}, "params": {"kind": "people"}}
        answer = client.post("/import/file", content=b"code,name\r\n" + lines, **send)
        assert answer.status_code == 200, answer.text
        assert client.post("/import/file", content=(lines for _time in range(5)), **send).status_code == 413
    assert running.served("/import/file")[0] in PUBLIC


def goes_on_at_the_other(running: Fleet, page: Page, first: str, theirs: str) -> None:
    """Kill the console of a tab: loaded anew, it is signed in at the other one, where another socket never noticed."""
    with socket(running, theirs) as other:
        assert "管理 花子" in said(run(other, "access-accounts"))
        running.kill(f"renraku-console@{first}")
        page.goto(f"{running.url}/access-mine")
        expect(page.get_by_role("heading", name="マイページ")).to_be_visible()
        assert running.served("/access-mine")[-1] != first
        assert "管理 花子" in said(run(other, "access-accounts"))


def replies_and_jobs(running: Fleet) -> None:
    """Send with both workers and with one; answer at either public process, and open the page when one is gone."""
    for broadcast in (1, 2):
        if broadcast == 2:
            running.kill("renraku-worker@1")
        asked = Asked()
        until(partial(sent, broadcast), within=40)
        with running.client() as phone:
            pages = [phone.get(asked.url) for _time in range(4)]
            answered = phone.post(asked.url, data=Form(pages[-1].text).values | {asked.keys[0]: "無事です"})
        assert answered.status_code in {200, 303}, answered.text
        assert asked.stored().latest_answer
    assert set(running.served("/r/...", 10)) == set(PUBLIC)
    no_secret_is_logged(running)
    running.kill(f"renraku-public@{PUBLIC[0]}")
    with running.client() as phone:
        assert [phone.get(asked.url).status_code for _time in range(4)] == [200] * 4


def no_secret_is_logged(running: Fleet) -> None:
    """Links that are a secret are answered by public processes, and leave only their kind in the log."""
    with running.client() as phone:
        for kind in ("register", "confirm"):
            for _time in range(4):
                phone.get(f"/{kind}/{SECRET}")
            assert set(running.served(f"/{kind}/...", 4)) <= set(PUBLIC)
    assert SECRET not in running.log.read_text()


def signs_out_everywhere(running: Fleet, page: Page, theirs: str) -> None:
    """Sign out in one browser; a socket of another one, wherever it is, closes within two seconds."""
    page.goto(f"{running.url}/access-mine?view=sign-in")
    page.get_by_role("button", name="すべての端末からログアウト").click()
    sure = page.get_by_test_id("stPopoverBody").get_by_role("button", name="すべての端末からログアウト")
    expect(sure).to_be_visible()
    with socket(running, theirs) as other:
        run(other, "access-mine")
        began = time.monotonic()
        sure.click()
        code, _seconds = cut_off(other)
        seconds = time.monotonic() - began
    assert (code, seconds <= WITHIN_SECONDS) == (ENDED, True), f"{code} {seconds:.2f} s after the click"
    expect(page.get_by_role("textbox", name="ログインID")).to_be_visible()


def session() -> str:
    """Return the token of a session of the administrator."""
    with transaction(Actor.system("test")) as tx:
        return start_session(tx, tx.scalar(select(Account.id).where(Account.login == "admin")))


def socket(running: Fleet, browser: str) -> ClientConnection:
    """Open Streamlit's websocket as the administrator, through nginx."""
    token = session()
    return connect(
        f"{running.url.replace('https', 'wss')}/_stcore/stream",
        ssl=running.trust(), origin=running.url, max_size=LIMIT,
        sock=create_connection(("127.0.0.1", urlsplit(running.url).port)), open_timeout=20,
        subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],
        additional_headers={"cookie": f"{SESSION}={token}; {BROWSER}={browser}"},
    )  # fmt: skip


def sent(mails: int) -> bool:
    """Say whether the workers have put so many mails into the local mailbox."""
    with transaction(Actor.system("test")) as tx:
        return bool(tx.scalar(select(func.count()).select_from(LocalMail)) == mails)
