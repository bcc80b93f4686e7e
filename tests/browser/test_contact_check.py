"""A contact check from the console to the phone and back (D09), and the coasts that it shares its release with."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.delivery import LocalMail
from services.network import ChecksAsk, contact_checks
from tests.browser.conftest import Console, open_from_menu, signed_in
from tests.factories import make_person
from tests.processes import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SYSTEM = Actor.system("test")
ADDRESS = "kakunin@example.jp"


def mail_to(address: str) -> LocalMail | None:
    """Return the mail that went there."""
    with transaction(SYSTEM) as tx:
        return tx.session.scalars(select(LocalMail).where(LocalMail.recipient == address)).first()


def confirmed() -> int:
    """Return how many addresses the last check has confirmed."""
    with transaction(SYSTEM) as tx:
        return contact_checks(tx, ChecksAsk()).rows[0].confirmed


def test_D09_a_check_goes_out_and_is_confirmed_on_a_phone(begun: Console, desktop: Page, phone: Page) -> None:
    with transaction(SYSTEM) as tx:
        make_person(tx, "確認", "花子", mail=ADDRESS)
    signed_in(desktop, begun)
    open_from_menu(desktop, "連絡先の確認通知")
    expect(desktop.get_by_text("定期的な送信は設定されていません")).to_be_visible()
    desktop.get_by_role("button", name="今すぐ確認").click()
    dialog = desktop.get_by_role("dialog")
    expect(dialog.get_by_text("災害の連絡ではないことを伝え")).to_be_visible()
    dialog.get_by_role("button", name="送信").click()
    expect(desktop.get_by_text("確認通知の送信を開始しました。")).to_be_visible()
    until(lambda: mail_to(ADDRESS) is not None, within=60)
    mail = mail_to(ADDRESS)
    assert mail is not None
    path = re.search(r"/r/[\w-]+", mail.body)
    assert path is not None
    phone.goto(f"{begun.url}{path[0]}")
    expect(phone.get_by_text("災害や緊急の連絡ではありません")).to_be_visible()
    phone.get_by_role("button", name="確認しました").click()
    expect(phone.get_by_text("ありがとうございます")).to_be_visible()
    assert confirmed() == 1


def test_a_coast_is_found_and_corrected(begun: Console, desktop: Page) -> None:
    signed_in(desktop, begun)
    open_from_menu(desktop, "津波予報区と市区町村")
    expect(desktop.get_by_text("当システムが地図をもとに作成")).to_be_visible()
    expect(desktop.get_by_text("711件")).to_be_visible()
