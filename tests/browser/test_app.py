"""The app on a phone in a real Chromium: registered from the own page, a message shown by the service worker.

Only the push service is ours: Chromium's own lies on the internet. What it would hand to the browser is decrypted by
the test and handed over through the DevTools.
"""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, expect

from core.actor import Actor
from core.database import transaction
from services.delivery import Channel, ChannelSwitch, switch_channel
from services.delivery.app_channel import AppFields, edit_app
from services.registration import make_links
from tests.browser.conftest import Console, context
from tests.factories import make_person
from tests.processes import until
from tests.push_service import Phone, phone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SUBSCRIBE = """
    PushManager.prototype.getSubscription = async () => null;
    PushManager.prototype.subscribe = async function (options) {
        if (options.applicationServerKey.length !== 87 || !options.userVisibleOnly) throw new Error("keys");
        return { toJSON: () => ({ endpoint: GIVEN.endpoint, keys: { p256dh: GIVEN.p256dh, auth: GIVEN.auth } }) };
    };
"""
SHOWN = """async () => {
    const worker = await navigator.serviceWorker.getRegistration("/register/");
    const shown = await worker.getNotifications();
    return shown.map(({ title, body, lang, data }) => ({ title, body, lang, url: data.url }));
}"""


@pytest.fixture
def mine(loopback: None) -> Iterator[Phone]:
    """A phone, to which the worker of the console may send."""
    with phone() as made:
        yield made


@pytest.fixture
def window(mine: Phone, console: Console, chromium: Browser) -> Iterator[BrowserContext]:
    """Its browser, with the own push service."""
    made = context(chromium, 390, 844)
    made.add_init_script(f"const GIVEN = {json.dumps(mine.given)};{SUBSCRIBE}")
    yield made
    made.close()


def own_page() -> str:
    """Switch the app on, and return the address of somebody's page."""
    with transaction(Actor.system("test")) as tx:
        edit_app(tx, AppFields(contact="somu@example.jp"))
        switch_channel(tx, ChannelSwitch(channel=Channel.APP, on=True))
        person = make_person(tx, "絡", "花子")
        return make_links(tx, [person.id])[person.id].partition("/register/")[2]


def test_D11_a_phone_is_registered_and_shows_what_comes(mine: Phone, console: Console, window: BrowserContext) -> None:
    window.grant_permissions(["notifications"], origin=console.url)
    page = window.new_page()
    page.goto(f"{console.url}/register/{own_page()}")
    devtools = window.new_cdp_session(page)
    workers: list[str] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda said: workers.extend(ids(said)))
    devtools.send("ServiceWorker.enable")

    page.get_by_role("button", name="このスマートフォンを登録").click()
    expect(page.get_by_text("このスマートフォンに通知を送りました")).to_be_visible()
    until(lambda: len(mine.shown) == 1, within=30)

    show(devtools, console, workers, mine)
    until(lambda: bool(page.evaluate(SHOWN)), within=20)
    (shown,) = page.evaluate(SHOWN)
    code = re.search(r"\d{6}", shown["body"])
    assert (shown["title"], shown["lang"], bool(code)) == ("Renraku", "ja", True)
    assert "/confirm/" in shown["url"]

    page.get_by_label("6桁の番号").fill(code[0] if code else "")
    page.get_by_role("button", name="確認する").click()
    expect(page.get_by_text("登録が完了しました。緊急時はこの連絡先に連絡します。")).to_be_visible()
    expect(page.get_by_role("button", name="別のスマートフォンを登録")).to_be_visible()


def test_where_it_cannot_be_registered_the_page_says_what_to_do(begun: Console, chromium: Browser) -> None:
    path = own_page()
    for agent, script, said in (
        ("", "Notification.requestPermission = async () => 'denied'", "通知が許可されていません"),
        ("", "PushManager.prototype.subscribe = async () => { throw new Error('away'); }", "つながりません"),
        ("", "delete window.PushManager", "このブラウザーは通知を表示できません"),
        ("iPhone", "delete window.PushManager", "ホーム画面に追加"),
    ):
        window = chromium.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP", user_agent=agent or None)
        window.grant_permissions(["notifications"], origin=begun.url)
        page = window.new_page()
        page.add_init_script(script)
        page.goto(f"{begun.url}/register/{path}")
        button = page.get_by_role("button", name="このスマートフォンを登録")
        if "delete" not in script:
            button.click()
        expect(page.get_by_text(said)).to_be_visible()
        expect(button).to_be_hidden()
        window.close()


def ids(said: dict[str, list[dict[str, str]]]) -> list[str]:
    """Return which service workers the browser tells of."""
    return [one["registrationId"] for one in said["registrations"]]


def show(devtools: CDPSession, console: Console, workers: list[str], mine: Phone) -> None:
    """Hand over what the push service would."""
    data = json.dumps(mine.shown[-1], ensure_ascii=False)
    handed = {"origin": console.url, "registrationId": workers[-1], "data": data}
    devtools.send("ServiceWorker.deliverPushMessage", handed)
