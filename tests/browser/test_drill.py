"""An exercise from the telegram to the second reminder, as a crisis team walks it (D07, D14, N02)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from core.settings import ROOT
from data.models.broadcasts import Broadcast, BroadcastKind, Recipient
from data.models.delivery import Delivery, LocalMail, Mailing
from tests.browser.conftest import Console, begin, open_from_menu, signed_in
from tests.browser.test_walk import answer
from tests.processes import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SAMPLES = ROOT / "data" / "samples" / "telegrams"


def test_from_the_telegram_to_the_second_reminder(console: Console, desktop: Page, phone: Page) -> None:
    with transaction(Actor.system("test")) as tx:
        begin(tx, sample=True)
    signed_in(desktop, console)
    people = rehearse(desktop)
    switch_rule_on(desktop)
    take_in(desktop)
    until(lambda: mails() == people, within=60)
    assert asked() == people, "the rehearsal said how many"

    answer(phone, link_of_somebody(), "無事です")
    watch(desktop)
    expect(desktop.get_by_text(re.compile(r"^1 ?名$")).first).to_be_visible()
    remind(desktop)
    until(lambda: mails() == 2 * people - 1, within=60)
    answer(phone, link_of_somebody(), "無事です")
    remind(desktop)
    until(lambda: mails() == 3 * people - 3, within=60)
    assert sent_by_round() == [people, people - 1, people - 2]


def rehearse(page: Page) -> int:
    """Have a drill's telegram rehearsed; return how many people a real one would ask."""
    open_from_menu(page, "受信した電文")
    page.get_by_role("button", name="電文の予行").click()
    expect(page.get_by_role("heading", name="電文の予行")).to_be_visible()
    people = page.get_by_text("対象者", exact=True)
    choose_file(page, SAMPLES / "a1_VXSE51_first.xml", lambda: expect(people).to_be_visible(timeout=5_000))
    with transaction(Actor.system("test")) as tx:
        assert tx.scalar(select(func.count()).select_from(Broadcast).where(automatic())) == 0
    figure = page.get_by_test_id("stMetricValue").first.inner_text()
    return int(re.sub(r"\D", "", figure))


def choose_file(page: Page, file: Path, taken: Callable[[], None]) -> None:
    """Choose a file; once more where the page was still being drawn and forgot it."""
    for _try in range(3):
        page.locator("input[type=file]").set_input_files(file)
        try:
            return taken()
        except AssertionError:
            page.wait_for_timeout(500)
    page.locator("input[type=file]").set_input_files(file)
    return taken()


def switch_rule_on(page: Page) -> None:
    """Switch the sample rule for earthquakes on."""
    page.get_by_role("link", name="自動一斉送信").click()
    page.get_by_role("button", name=re.compile("オンにする")).first.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("オンにする")).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def take_in(page: Page) -> None:
    """Take the telegram in from a file."""
    open_from_menu(page, "受信した電文")
    page.get_by_text("ファイルから電文を取り込む").click()
    button = page.get_by_role("button", name="取り込む", exact=True)
    choose_file(page, SAMPLES / "a1_VXSE51_first.xml", lambda: expect(button).to_be_enabled(timeout=5_000))
    button.click()
    page.get_by_role("dialog").get_by_role("button", name="取り込む", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def watch(page: Page) -> None:
    """Open the reply monitor of the automatic broadcast."""
    open_from_menu(page, "一斉送信")
    with transaction(Actor.system("test")) as tx:
        broadcast_id = tx.scalar(select(Broadcast.id).where(automatic()))
    page.goto(re.sub(r"/[^/]*$", f"/broadcasts-monitor?id={broadcast_id}", page.url))


def remind(page: Page) -> None:
    """Remind whoever has not answered, once nothing is being sent."""
    button = page.get_by_role("button", name=re.compile("未回答者に再送"))
    expect(button).to_be_enabled()
    button.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("再送")).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def automatic() -> object:
    """Return the condition for what a telegram opened."""
    return Broadcast.kind == BroadcastKind.AUTOMATIC


def asked() -> int:
    """Return how many people the broadcast asks."""
    with transaction(Actor.system("test")) as tx:
        return int(tx.scalar(select(func.count()).select_from(Recipient).join(
            Broadcast, Broadcast.id == Recipient.broadcast_id).where(automatic())))  # fmt: skip


def mails() -> int:
    """Return how many mails of the broadcast went out."""
    return sum(sent_by_round())


def sent_by_round() -> list[int]:
    """Return how many people each mailing of the broadcast reached, the first one first."""
    with transaction(Actor.system("test")) as tx:
        rows = tx.execute(
            select(func.count(Delivery.person_id.distinct()))
            .join(Mailing, Mailing.id == Delivery.mailing_id)
            .join(Broadcast, Broadcast.id == Mailing.broadcast_id)
            .where(automatic(), Delivery.state.in_(["accepted", "delivered", "not_sent"]))
            .group_by(Mailing.round)
            .order_by(Mailing.round)
        )
        return [row[0] for row in rows]


def link_of_somebody() -> str:
    """Return the link in a mail to somebody who has not answered."""
    with transaction(Actor.system("test")) as tx:
        body = tx.scalar(
            select(LocalMail.body)
            .join(Delivery, Delivery.address == LocalMail.recipient)
            .join(Mailing, Mailing.id == Delivery.mailing_id)
            .join(Recipient, (Recipient.broadcast_id == Mailing.broadcast_id)
                  & (Recipient.person_id == Delivery.person_id))
            .join(Broadcast, Broadcast.id == Mailing.broadcast_id)
            .where(automatic(), Recipient.latest_at.is_(None), LocalMail.body.contains("/r/"))
            .order_by(LocalMail.id.desc())
            .limit(1)
        )  # fmt: skip
    found = re.search(r"http\S+/r/\S+", body)
    assert found
    return found.group()
