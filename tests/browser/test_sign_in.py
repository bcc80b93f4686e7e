"""Signing in, moving the browser to the cookie, and out again, in a real browser (SECURITY: sign-in, end to end)."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from data.models.access import Account
from tests.browser.conftest import context, type_into
from tests.consoles import Console
from tests.public.conftest import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(page: Page, login: str = "admin", password: str = PASSWORD) -> None:
    """Do what the sign-in asks."""
    type_into(page, "ログインID", login)
    type_into(page, "パスワード", password)
    page.get_by_role("button", name="ログイン", exact=True).click()


def cookies_of(page: Page) -> dict[str, dict[str, object]]:
    """Return the browser's cookies by name."""
    return {cookie["name"]: dict(cookie) for cookie in page.context.cookies()}


def test_the_browser_is_moved_to_the_cookie_and_back_to_where_it_wanted(running: Console, desktop: Page) -> None:
    visited: list[str] = []
    desktop.on("framenavigated", lambda frame: visited.append(frame.url))
    wrong: list[str] = []
    desktop.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    desktop.goto(f"{running.url}/access-accounts")
    sign_in(desktop)
    expect(desktop.get_by_role("heading", name="アカウント")).to_be_visible()
    session = next(cookie for name, cookie in cookies_of(desktop).items() if re.fullmatch(r"renraku-\d+", name))
    assert session["httpOnly"]
    assert session["sameSite"] == "Lax"
    assert desktop.evaluate("document.cookie.includes('renraku')") is False
    assert not [url for url in visited if "code=" in url], "the code must not stay in the history"
    assert not wrong


def test_the_form_is_one_that_password_managers_understand(running: Console, desktop: Page) -> None:
    desktop.goto(running.url)
    fields = desktop.locator("form input, [data-testid=stForm] input")
    expect(fields).to_have_count(2)
    assert fields.evaluate_all("all => all.map(field => field.autocomplete)") == ["username", "current-password"]


def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(running: Console, desktop: Page) -> None:
    desktop.goto(running.url)
    sentences = []
    for login in ("admin", "nobody"):
        sign_in(desktop, login, "wrong and long enough")
        alert = desktop.get_by_test_id("stAlert")
        expect(alert).to_be_visible()
        sentences.append(alert.inner_text())
    assert sentences[0] == sentences[1]
    assert "パスワード" in sentences[0]


def test_signing_out_in_one_tab_ends_the_other_one_too(running: Console, desktop: Page) -> None:
    desktop.goto(f"{running.url}/access-mine")
    sign_in(desktop)
    expect(desktop.get_by_role("heading", name="マイページ")).to_be_visible()
    other = desktop.context.new_page()
    other.goto(f"{running.url}/access-accounts")
    expect(other.get_by_role("heading", name="アカウント")).to_be_visible()
    desktop.get_by_role("button", name="ログアウト", exact=True).click()
    expect(desktop.get_by_role("textbox", name="ログインID")).to_be_visible()
    assert not [name for name in cookies_of(desktop) if re.fullmatch(r"renraku-\d+", name)]
    expect(other.get_by_role("textbox", name="ログインID")).to_be_visible()
    expect(other.get_by_text("部長 太郎")).to_have_count(0)


def test_a_one_time_link_from_an_administrator_to_the_persons_first_page(
    running: Console, desktop: Page, chromium: Browser
) -> None:
    desktop.goto(f"{running.url}/access-accounts")
    sign_in(desktop)
    expect(desktop.get_by_role("heading", name="アカウント")).to_be_visible()
    with running.transaction() as tx:
        staff = tx.scalar(select(Account.id).where(Account.login == "staff"))
    desktop.goto(f"{running.url}/access-account?id={staff}")
    desktop.get_by_role("button", name="一回限りのリンクを作る").click()
    link = desktop.get_by_test_id("stCode").inner_text().strip()
    theirs = context(chromium, 390, 844)
    page = theirs.new_page()
    page.goto(link)
    expect(page.get_by_text("社員 三郎")).to_be_visible()
    page.get_by_label("新しいパスワード").fill("傘を忘れた日はよく晴れる")
    page.get_by_label("もう一度入力").fill("傘を忘れた日はよく晴れる")
    page.get_by_role("button", name="パスワードを設定してログイン").click()
    expect(page.get_by_role("heading", name="ホーム")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="このリンクは使えません")).to_be_visible()
    theirs.close()
