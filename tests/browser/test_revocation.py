"""From “sign out everywhere” in one browser to a blank tab in another, within two seconds (SECURITY: revoking)."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.postgres import APP, EmbeddedPostgres
from data.models.access import Account
from services.access import start_session
from tests.browser.conftest import answers, context, free_port
from tests.conftest import clone
from tests.consoles import Console
from tests.factories import make_cast
from tests.processes import python, until
from tests.public.conftest import session_of

pytestmark = pytest.mark.browser
WITHIN_SECONDS = 2


def signed_in(browser: Browser, console: Console, login: str, page: str = "") -> Page:
    """Open a page of the console as somebody who is signed in."""
    window = context(browser, 1440, 900)
    window.add_cookies([{"name": console.cookie, "value": session_of(console, login), "url": console.url}])
    opened = window.new_page()
    opened.goto(f"{console.url}/{page}")
    return opened


def test_from_the_click_to_a_blank_tab_in_another_browser(running: Console, chromium: Browser) -> None:
    theirs = signed_in(chromium, running, "manager", "people-list")
    expect(theirs.get_by_text("部長 太郎")).to_be_visible()
    with running.transaction() as tx:
        manager = tx.scalar(select(Account.id).where(Account.login == "manager"))
    mine = signed_in(chromium, running, "admin", f"access-account?id={manager}")
    mine.get_by_role("button", name="すべての端末からログアウト").click()
    sure = mine.get_by_test_id("stPopoverBody").get_by_role("button", name="すべての端末からログアウト")
    expect(sure).to_be_visible()
    began = time.monotonic()
    sure.click()
    while theirs.get_by_text("部長 太郎").count():  # the name of who is signed in stands on every page
        theirs.wait_for_timeout(20)
        assert time.monotonic() - began < 30
    seconds = time.monotonic() - began
    assert seconds <= WITHIN_SECONDS, f"blank {seconds:.2f} s after the click"
    expect(theirs.get_by_role("textbox", name="ログインID")).to_be_visible()
    assert theirs.url == f"{running.url}/people-list"
    assert not [one for one in theirs.context.cookies() if re.fullmatch(r"renraku-\d+", str(one["name"]))]
    theirs.context.close()
    mine.context.close()


def test_a_restart_signs_nobody_out(
    server: EmbeddedPostgres, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    port, url = str(free_port()), server.url(APP, clone(server, "restarted_console"))
    home = str(tmp_path_factory.mktemp("home"))
    program = ("-m", "uvicorn", "streamlit_app:app", "--port", port, "--no-access-log", "--log-level", "warning")
    environment = {"DATABASE_URL": url, "RENRAKU_PORT": port, "RENRAKU_HOME": home}
    console = Console(f"http://127.0.0.1:{port}", int(port), url)
    with console.transaction() as tx:
        account = make_cast(tx).administrator.id
        start_session(tx, tx.scalar(select(Account.id).where(Account.person_id == account)))
    with python(*program, **environment):
        until(lambda: answers(console.url), within=60)
        page = signed_in(chromium, console, "admin", "access-mine")
        expect(page.get_by_role("heading", name="マイページ")).to_be_visible()
    page.evaluate("window.same = true")
    with python(*program, **environment):
        until(lambda: answers(console.url), within=60)
        expect(page.get_by_test_id("stConnectionStatus")).to_have_count(0, timeout=30_000)
        page.get_by_role("link", name="アカウント", exact=True).click(timeout=30_000)
        expect(page.get_by_role("heading", name="アカウント")).to_be_visible(timeout=30_000)
        assert page.evaluate("window.same"), "the tab itself was not loaded anew"
    page.context.close()
