"""From nothing to the setup guide, as a newcomer: code, sample organisation, first administrator (N01)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console, type_into

pytestmark = pytest.mark.browser
PASSWORD = "雨の日は家で本を読みます"


def first_start(page: Page, console: Console, *, sample: bool) -> None:
    """Do what the first page asks."""
    page.goto(console.url)
    page.get_by_text("見本の組織で始める" if sample else "空で始める", exact=True).click()
    if not sample:
        type_into(page, "組織名", "試験商事")
    type_into(page, "セットアップコード（必須）", console.setup_code())
    type_into(page, "姓（必須）", "初瀬")
    type_into(page, "名（必須）", "花子")
    type_into(page, "ログインID（必須）", "hanako")
    type_into(page, "パスワード（必須）", PASSWORD)
    page.get_by_role("button", name="開始する").click()
    expect(page.get_by_role("heading", name="導入ガイド")).to_be_visible()


def test_N01_sample_organisation(console: Console, desktop: Page) -> None:
    first_start(desktop, console, sample=True)
    expect(desktop.get_by_text("501名が登録されています。")).to_be_visible()
    expect(desktop.get_by_text(re.compile("14ステップ中"))).to_be_visible()


def test_N01_start_empty_and_sign_in_again(console: Console, desktop: Page) -> None:
    first_start(desktop, console, sample=False)
    desktop.get_by_role("button", name="ログアウト", exact=True).click()
    type_into(desktop, "ログインID", "hanako")
    type_into(desktop, "パスワード", PASSWORD)
    desktop.get_by_role("button", name="ログイン").click()
    expect(desktop.get_by_role("heading", name="導入ガイド")).to_be_visible()
    expect(desktop.get_by_text("最初の管理者のほかに、登録された人がいません。")).to_be_visible()
