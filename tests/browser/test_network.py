"""From an empty installation to a contact network, as an office does it (D01–D06, D02, D11, D12, D15).

By CSV, by directory sync, one number mended in the grid, one page printed, read by a camera, and used on a phone.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.delivery import LocalSms
from data.models.directory import DirectoryConnection
from data.models.people import ContactKind, ContactPoint, Department, Person
from services.directory.settings import opened, seal
from services.network.settling import settle_waiting
from tests.browser.conftest import SETTLED, Console, open_from_menu, type_into
from tests.browser.test_start import first_start
from tests.browser.test_walk import choose, count, import_people
from tests.processes import until
from tests.services.directory.sources.vendors import Somebody, Vendor, vendor_on_loopback

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]
MANY = 12
ONE_NUMBER = "070-9999-0101"


@pytest.fixture
def smarthr(loopback: None) -> Iterator[Vendor]:
    """The system in which the rest of the people is looked after; the worker may ask it."""
    with vendor_on_loopback("smarthr") as vendor:
        vendor.people = [Somebody(number) for number in range(MANY)]
        yield vendor


def sync(page: Page, vendor: Vendor) -> None:
    """D02: connect, try, match the fields, look at what would come, apply it."""
    open_from_menu(page, "ディレクトリ同期")
    page.get_by_role("link", name="連携先を追加").click()
    choose(page, "連携サービス", "SmartHR")
    type_into(page, "名前（必須）", "人事システム")
    type_into(page, "サブドメイン（必須）", "renraku")
    type_into(page, "アクセストークン（必須）", "secret")
    page.get_by_role("button", name="保存して次へ").click()
    expect(page.get_by_role("heading", name="人事システム")).to_be_visible()
    with transaction(Actor.system("test")) as tx:  # the vendor's own address is on the internet
        made = tx.execute(select(DirectoryConnection)).scalar_one()
        made.settings = seal(made.id, {**opened(made), "base_url": vendor.url})
        tx.session.flush()
    page.get_by_role("button", name="接続テスト").click()
    page.get_by_role("button", name="次へ：項目の対応付け").click()
    expect(page.get_by_text(f"接続テストで読み込んだ{MANY}人")).to_be_visible()
    page.get_by_role("button", name="次へ：読み込みと確認").click()
    page.get_by_role("button", name="今すぐ同期する").click()
    page.get_by_role("button", name="適用する").click()
    page.get_by_role("dialog").get_by_role("button", name="適用する").click()
    until(lambda: count(Person, Person.code == f"{MANY - 1:05}") == 1, within=60)


def mend(page: Page) -> None:
    """D15: two people with one number; in the grid the second one gets another."""
    open_from_menu(page, "連絡網")
    page.get_by_role("link", name=re.compile("携帯番号の重複.*2")).click()
    page.get_by_text("表で修正", exact=True).click()
    expect(page.locator("[role=gridcell]").filter(has_text=ONE_NUMBER)).to_have_count(2)
    page.wait_for_selector(SETTLED)
    grid = page.get_by_test_id("stDataFrame").bounding_box()
    assert grid
    page.mouse.dblclick(grid["x"] + 150, grid["y"] + grid["height"] - 18)
    cell = page.locator("#portal").get_by_role("textbox")
    cell.fill("090-1234-5678")
    cell.press("Enter")
    page.get_by_role("button", name="1人分を保存").click()
    expect(page.get_by_text("1人分を変更しました。")).to_be_visible()
    assert numbers() == {"+817099990101", "+819012345678"}


def hand_out(page: Page, console: Console) -> str:
    """D11: print for who has no address, and return the path that a camera reads off the page."""
    open_from_menu(page, "登録案内")
    expect(page.get_by_text("メールアドレスのない人：森 三郎")).to_be_visible()
    page.get_by_role("button", name="用紙を作成").click()
    link = page.get_by_role("link", name="PDFを取り出す")
    with page.expect_download() as saving:
        link.click()
    first = pypdfium2.PdfDocument(saving.value.path())[0]
    assert "森 三郎 様" in first.get_textpage().get_text_range()
    (code,) = zxingcpp.read_barcodes(first.render(scale=3).to_pil())
    assert code.text.startswith(f"{console.url}/register/")
    return code.text


def register(phone: Page, address: str) -> None:
    """D11, X07: on the phone, without an account and without JavaScript."""
    phone.goto(address)
    expect(phone.get_by_text("森 三郎 様")).to_be_visible()
    phone.get_by_label("携帯電話").fill("080-2222-3333")
    phone.get_by_role("button", name="確認SMSを送信").click()
    until(lambda: count(LocalSms) == 1, within=60)
    with transaction(Actor.system("test")) as tx:
        sms = tx.scalar(select(LocalSms.text))
    phone.get_by_label("6桁の番号").fill(re.findall(r"\d{6}", sms)[0])
    phone.get_by_role("button", name="確認する", exact=True).click()
    expect(phone.get_by_text("登録が完了しました。")).to_be_visible()


def numbers() -> set[str]:
    """Return all mobile numbers."""
    with transaction(Actor.system("test")) as tx:
        return set(tx.execute(select(ContactPoint.value).where(ContactPoint.kind == ContactKind.MOBILE)).scalars())


def test_from_an_empty_start_to_a_contact_network(
    smarthr: Vendor, console: Console, desktop: Page, phone: Page, tmp_path: Path
) -> None:
    first_start(desktop, console, sample=False)
    import_people(desktop, tmp_path)
    with transaction(Actor.system("test")) as tx:
        second = tx.scalar(select(Person.id).where(Person.code == "102"))
        tx.add(ContactPoint(person_id=second, kind=ContactKind.MOBILE, value="+817099990101"))
    sync(desktop, smarthr)
    assert count(Person, Person.retired_at.is_(None)) == 1 + 3 + MANY
    assert count(Department) == 4, "the departments of the file are those of the directory"

    mend(desktop)
    register(phone, hand_out(desktop, console))
    assert "+818022223333" in numbers()
    settle_waiting()  # what the worker does every minute
    open_from_menu(desktop, "連絡網")
    expect(desktop.get_by_role("link", name=re.compile("携帯番号の重複.*0人"))).to_be_visible()
    expect(desktop.get_by_role("link", name=re.compile("^登録なし"))).to_have_text(re.compile("1人"))
