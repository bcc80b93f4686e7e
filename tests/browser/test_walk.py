"""The main job, walked as people do it: set up, import people, send a test, answer on a phone, watch the replies."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as TookTooLong
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from core.settings import ROOT
from data.models.access import Account, ReachKind
from data.models.broadcasts import Broadcast, Recipient
from data.models.delivery import LocalMail
from data.models.people import Person
from tests.browser.conftest import PASSWORD, Console, begin, context, open_from_menu, signed_in, type_into
from tests.factories import give, make_account, make_department, make_person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]
SAMPLES = ROOT / "data" / "samples" / "telegrams"
PEOPLE = (
    "社員番号,姓,名,セイ,メイ,働く場所,地域,メールアドレス,携帯電話,ログインID\r\n"
    "101,髙橋,一郎,タカハシ,イチロウ,本社 / 営業部,2213800,ichiro@example.jp,070-9999-0101,ichiro\r\n"
    "102,佐々木,花子,ササキ,ハナコ,本社 / 営業部;本社 / 総務部,2213800,hanako2@example.jp,,\r\n"
    "103,森,三郎,モリ,サブロウ,本社 / 総務部,2213800,,,\r\n"
    "104,林,四郎,ハヤシ,シロウ,本社,どこか遠く,shiro@example.jp,,\r\n"
)


def count(model: type, *conditions: object) -> int:
    """Count rows of the installation's database."""
    with transaction(Actor.system("test")) as tx:
        return int(tx.scalar(select(func.count()).select_from(model).where(*conditions)))


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a choice; a list that closed because the page was still being drawn is opened again."""
    field, wanted = page.get_by_role("combobox", name=re.compile(label)).first, page.get_by_role("option", name=option)
    for _try in range(4):
        field.click()
        try:
            wanted.first.click(timeout=3_000)
        except TookTooLong:
            field.press("Escape")
        else:
            return
    raise AssertionError(f"{label} does not offer {option}")


def import_people(page: Page, tmp_path: Path) -> None:
    """D01–D06: a CSV as Excel saves it, one column mapped by hand, one bad row."""
    file = tmp_path / "社員.csv"
    file.write_bytes(PEOPLE.encode("cp932"))
    page.get_by_role("link", name="CSV一括登録").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="次へ進む").click()
    choose(page, "^部署", "働く場所")
    page.get_by_text(re.compile("部署.*作成")).last.click()
    page.get_by_role("button", name="ファイルを確認する").click()
    expect(page.locator("[role=gridcell]").filter(has_text="どこか遠く").first).to_be_attached()
    page.get_by_role("button", name=re.compile("正しい行")).first.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("取り込む")).click()
    expect(page.get_by_text("取り込みました").first).to_be_visible()
    assert count(Person) == 4


def send_test(page: Page) -> None:
    """D13, N02: text, recipients, rehearsal, send."""
    open_from_menu(page, "新しい一斉送信")
    type_into(page, "題名（必須）", "秋の訓練")
    choose(page, "テンプレート", "安否確認")
    choose(page, "設問", "安否確認")
    page.get_by_role("button", name="保存して宛先へ進む").click()
    page.get_by_text("全員", exact=True).first.click()
    page.get_by_role("button", name=re.compile("次へ：リハーサル")).click()
    expect(page.get_by_text("メールアドレスが登録されていません。").first).to_be_visible()
    page.get_by_role("button", name=re.compile("送信する")).click()
    page.get_by_role("dialog").get_by_role("button", name="送信する").click()
    expect(page.get_by_text("回答受付中").first).to_be_visible()


def reply_url(recipient: str) -> str:
    """Return the link in the latest mail to an address."""
    with transaction(Actor.system("test")) as tx:
        body = tx.scalar(
            select(LocalMail.body).where(LocalMail.recipient == recipient).order_by(LocalMail.id.desc()).limit(1)
        )
    found = re.search(r"http\S+/r/\S+", body)
    assert found
    return found.group()


def answer(phone: Page, url: str, choice: str) -> None:
    """Answer on a phone without JavaScript."""
    phone.goto(url)
    phone.get_by_text(choice, exact=True).first.click()
    for group in phone.get_by_role("group").all():
        radios = group.get_by_role("radio")
        if radios.count() and not any(radio.is_checked() for radio in radios.all()):
            radios.first.check()
    phone.get_by_role("button", name="回答を送信する").click()
    expect(phone.get_by_text(choice).first).to_be_visible()


def test_the_main_job(console: Console, desktop: Page, phone: Page, tmp_path: Path) -> None:
    with transaction(Actor.system("test")) as tx:
        begin(tx, sample=False)
    signed_in(desktop, console)
    import_people(desktop, tmp_path)
    send_test(desktop)

    desktop.get_by_role("link", name="ローカルメールボックス").click()
    expect(desktop.get_by_text("2 通").or_(desktop.get_by_text(re.compile("2 ?[通件]"))).first).to_be_visible()

    with transaction(Actor.system("test")) as tx:
        broadcast_id = tx.scalar(select(Broadcast.id))
    desktop.goto(f"{console.url}/broadcasts-monitor?id={broadcast_id}")
    expect(desktop.get_by_text("0 名").first).to_be_visible()

    url = reply_url("ichiro@example.jp")
    assert url.startswith(console.url)
    answer(phone, url, "無事です")
    expect(desktop.get_by_text("25.0%").first).to_be_visible()
    answer(phone, url, "軽いけがをしています")
    with transaction(Actor.system("test")) as tx:
        kept = tx.execute(select(Recipient).where(Recipient.latest_at.is_not(None))).scalar_one()
        assert "無事です" in kept.first_answer.values()
        assert "軽いけがをしています" in kept.latest_answer.values()
        assert kept.first_at < kept.latest_at

    desktop.get_by_role("radio", name="一人ひとりの状況").click()
    desktop.get_by_role("button", name="ファイル出力").first.click()
    with desktop.expect_download() as saving:
        desktop.get_by_role("link", name="Excel 用 CSV").click()
    lines = saving.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + 4
    assert [line for line in lines if "軽いけがをしています" in line and "髙橋" in line]
    desktop.keyboard.press("Escape")

    desktop.get_by_role("button", name=re.compile("未回答者に再送")).click()
    desktop.get_by_role("dialog").get_by_role("button", name=re.compile("再送")).click()
    expect(desktop.get_by_role("dialog")).to_be_hidden()
    desktop.wait_for_timeout(500)
    for _look in range(40):
        if count(LocalMail) == 3:
            break
        desktop.wait_for_timeout(250)
    assert count(LocalMail) == 3, "only those who have not answered are reminded"

    desktop.get_by_role("button", name="送信状況").click()
    desktop.get_by_role("button", name="終了", exact=True).click()
    desktop.get_by_role("dialog").get_by_role("button", name="終了", exact=True).click()
    expect(desktop.get_by_text("終了しました。以後の回答は受け付けません。")).to_be_visible()
    phone.goto(url)
    expect(phone.get_by_role("button", name="回答を送信する")).to_be_hidden()
    expect(phone.get_by_text(re.compile("終了"))).to_be_visible()


def test_X06_a_permission_that_is_taken_away_is_gone_on_the_next_click(
    begun: Console, desktop: Page, chromium: Browser
) -> None:
    signed_in(desktop, begun)
    with transaction(Actor.system("test")) as tx:
        office = make_department(tx, "本社")
        account = make_account(tx, make_person(tx, "部長", "太郎", office), "bucho")
        account.password_hash = tx.scalar(select(Account.password_hash).where(Account.login == "hanako"))
        give(tx, account, "manager", ReachKind.DEPARTMENT, office)
    window = context(chromium, 1440, 900)
    manager = window.new_page()
    manager.goto(begun.url)
    type_into(manager, "ログインID", "bucho")
    type_into(manager, "パスワード", PASSWORD)
    manager.get_by_role("button", name="ログイン", exact=True).click()
    manager.get_by_role("link", name="部署", exact=True).click()
    expect(manager.get_by_role("heading", name="部署")).to_be_visible()

    desktop.get_by_role("link", name="権限セット").click()
    desktop.get_by_text("部門マネージャー", exact=True).first.click()
    expect(desktop.get_by_role("textbox", name=re.compile("^名")).first).to_have_value("部門マネージャー")
    type_into(desktop, "権限を探す", "部署を見る")
    desktop.locator("label[data-selected=true]").filter(has_text=re.compile("^部署を見る")).click()
    desktop.get_by_test_id("stBaseButton-primary").click()
    expect(desktop.get_by_text("保存しました").first).to_be_visible()

    expect(manager.get_by_text("このページの権限がありません")).to_be_visible()  # the open tab is drawn anew
    open_from_menu(manager, "利用者")
    expect(manager.get_by_role("heading", name="利用者")).to_be_visible()
    expect(manager.get_by_role("link", name="部署", exact=True)).to_be_hidden()
    window.close()
