"""The second factor in a real browser, from the QR code to the next sign-in; and from “forgot” to a new password."""

import re

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from data.models.access import Account
from services.access import reset_letter
from tests.browser.conftest import context, type_into
from tests.browser.test_revocation import signed_in
from tests.consoles import Console
from tests.factories import account_of, hash_of_password, make_account, make_person
from tests.public.conftest import PASSWORD

pytestmark = pytest.mark.browser


def person_with(console: Console, login: str, mail: str | None = None) -> int:
    """Make somebody whose password is PASSWORD; return the account."""
    with console.transaction() as tx:
        person = make_person(tx, "試験", "五郎", mail=mail)
        make_account(tx, person, login).password_hash = hash_of_password(PASSWORD)
        return account_of(tx, person).id


def give_password(page: Page, login: str, password: str = PASSWORD) -> None:
    """Fill the sign-in."""
    type_into(page, "ログインID", login)
    type_into(page, "パスワード", password)
    page.get_by_role("button", name="ログイン", exact=True).click()


def test_set_up_with_an_app_then_asked_for_at_the_sign_in(running: Console, chromium: Browser) -> None:
    person_with(running, "goro")
    page = signed_in(chromium, running, "goro", "access-second_factor")
    page.get_by_role("button", name="設定を始める").click()
    picture = page.get_by_role("img", name=re.compile("QRコード"))
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    app = pyotp.TOTP(page.get_by_test_id("stCode").inner_text().replace(" ", "").strip())
    code = app.now()
    type_into(page, "確認コード（必須）", code)
    page.get_by_role("button", name="オンにする", exact=True).click()
    expect(page.get_by_text("表示されるのは今だけです")).to_be_visible()
    recovery = page.get_by_test_id("stCode").inner_text().split()
    assert len(recovery) == 10
    page.get_by_role("button", name="ログアウト", exact=True).click()
    expect(page.get_by_role("textbox", name="ログインID")).to_be_visible()
    give_password(page, "goro")
    field = page.get_by_role("textbox", name="確認コード")
    expect(field).to_be_visible()
    assert field.get_attribute("autocomplete") == "one-time-code"
    assert not [one for one in page.context.cookies() if re.fullmatch(r"renraku-\d+", str(one["name"]))]
    field.fill(code)  # the one that switched it on
    field.press("Enter")
    expect(
        page.get_by_text("すでに使われています。次の数字に変わるまでお待ちください。 10回間違えると")
    ).to_be_visible()
    field.fill(recovery[0])
    field.press("Enter")
    expect(page.get_by_role("button", name="ログアウト", exact=True)).to_be_visible()
    page.context.close()


def test_a_forgotten_password(running: Console, chromium: Browser) -> None:
    person_with(running, "rokuro", "rokuro@example.jp")
    window = context(chromium, 390, 844)
    page = window.new_page()
    page.goto(running.url)
    answers = []
    for login in ("nobody-at-all", "rokuro"):
        page.get_by_role("button", name="パスワードをお忘れですか？").click()
        expect(page.get_by_role("button", name="メールを送る")).to_be_visible()  # the form before has a login name too
        type_into(page, "ログインID", login)
        page.get_by_role("button", name="メールを送る").click()
        answer = page.get_by_test_id("stAlert")
        expect(answer).to_be_visible()
        answers.append(answer.inner_text())
        page.get_by_role("button", name="ログインに戻る").click()
    assert answers[0] == answers[1]
    with running.transaction() as tx:
        letter = reset_letter(tx, "rokuro")
    page.goto(running.url + letter.url[letter.url.index("/invitation") :])  # made by this process, not by the console
    for label in ("新しいパスワード", "もう一度入力"):
        page.get_by_label(label).fill("傘を忘れた日はよく晴れる")
    page.get_by_role("button", name="パスワードを設定してログイン").click()
    expect(page.get_by_role("heading", name="ホーム")).to_be_visible()
    window.close()
    with running.transaction() as tx:
        assert tx.scalar(select(Account.signed_in_at).where(Account.login == "rokuro"))
