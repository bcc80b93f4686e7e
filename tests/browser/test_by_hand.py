"""What people do by hand before they send: a person added, changed, retired, the sender tried."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.people import ContactPoint, Person
from tests.browser.conftest import Console, open_from_menu, signed_in, type_into

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_D01_a_person_is_added_changed_and_retired(begun: Console, desktop: Page) -> None:
    signed_in(desktop, begun)
    open_from_menu(desktop, "利用者")
    desktop.get_by_role("button", name="利用者を追加").click()
    type_into(desktop, "番号（必須）", "A-1")
    type_into(desktop, "姓（必須）", "髙野")
    type_into(desktop, "名", "みどり")
    type_into(desktop, "メールアドレス1", "midori@example")
    desktop.get_by_role("button", name="追加する").click()
    expect(desktop.get_by_text(re.compile("メールアドレス.*(正し|形式|入力)")).first).to_be_visible()
    type_into(desktop, "メールアドレス1", "midori@example.jp")
    desktop.get_by_role("button", name="追加する").click()
    expect(desktop.get_by_role("heading", name="髙野 みどり")).to_be_visible()

    type_into(desktop, "姓（必須）", "高野")
    desktop.get_by_role("button", name="保存する").click()
    expect(desktop.get_by_role("heading", name="高野 みどり")).to_be_visible()
    with transaction(Actor.system("test")) as tx:
        person = tx.execute(select(Person).where(Person.code == "A-1")).scalar_one()
        assert person.family_name == "高野"
        assert tx.scalar(select(ContactPoint.value).where(ContactPoint.person_id == person.id)) == "midori@example.jp"

    desktop.get_by_role("button", name="退職にする").click()
    desktop.get_by_role("dialog").get_by_role("button", name="退職にする").click()
    expect(desktop.get_by_text("高野 みどり さんを退職にしました。")).to_be_visible()
    with transaction(Actor.system("test")) as tx:
        assert tx.scalar(select(Person.retired_at).where(Person.code == "A-1")) is not None


def test_D08_the_sender_is_set_and_tried(begun: Console, desktop: Page) -> None:
    signed_in(desktop, begun)
    desktop.get_by_role("link", name="送信元設定").click()
    type_into(desktop, "送信者名（必須）", "試験商事 総務部")
    type_into(desktop, "送信元アドレス（必須）", "somu@example.jp")
    desktop.get_by_role("button", name="保存する").click()
    expect(desktop.get_by_text("続けてテスト送信をしてください。").first).to_be_visible()
    type_into(desktop, "テストメールの宛先（必須）", "who@example.jp")
    desktop.get_by_role("button", name="テストメールを送信する").click()
    expect(desktop.get_by_text("who@example.jp へのテストメールをローカルメールボックスに入れました。")).to_be_visible()
    desktop.get_by_role("button", name="ローカルメールボックスを開く").click()
    expect(desktop.get_by_role("heading", name="ローカルメールボックス")).to_be_visible()
    expect(desktop.locator("[role=gridcell]").filter(has_text="who@example.jp").first).to_be_attached()
