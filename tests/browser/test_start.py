"""From nothing to the setup guide, as a newcomer: code, sample organisation, first administrator (N01)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console

pytestmark = pytest.mark.browser
PASSWORD = "雨の日は家で本を読みます"


def first_start(page: Page, console: Console, *, sample: bool) -> None:
    """Do what the first page asks."""
    page.goto(console.url)
    page.get_by_text("見本の組織で始める" if sample else "空で始める", exact=True).click()
    if not sample:
        page.get_by_label("組織名").fill("試験商事")
    page.get_by_label(re.compile("セットアップコード")).fill(console.setup_code())
    page.get_by_label(re.compile("^姓")).fill("初瀬")
    page.get_by_label(re.compile("^名")).fill("花子")
    page.get_by_label(re.compile("ログインID")).fill("hanako")
    page.get_by_label(re.compile("パスワード")).fill(PASSWORD)
    page.get_by_role("button", name="開始する").click()
    expect(page.get_by_role("heading", name="導入ガイド")).to_be_visible()


def test_N01_sample_organisation(console: Console, desktop: Page) -> None:
    first_start(desktop, console, sample=True)
    expect(desktop.get_by_text("501名が登録されています。")).to_be_visible()
    expect(desktop.get_by_text(re.compile("14ステップ中"))).to_be_visible()


def test_N01_start_empty_and_sign_in_again(console: Console, desktop: Page) -> None:
    first_start(desktop, console, sample=False)
    desktop.get_by_role("button", name="サインアウト").click()
    desktop.get_by_label(re.compile("ログインID")).fill("hanako")
    desktop.get_by_label(re.compile("パスワード")).fill(PASSWORD)
    desktop.get_by_role("button", name="サインイン").click()
    expect(desktop.get_by_role("heading", name="導入ガイド")).to_be_visible()
    expect(desktop.get_by_text("最初の管理者のほかに、登録された人がいません。")).to_be_visible()
