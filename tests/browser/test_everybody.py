"""Everybody can use it: by keyboard alone, with a screen reader, in the light and the dark, in Japanese (WCAG 2.2 AA).

One console for all of it: starting one takes longer than what is looked at.
"""

import re
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.delivery import LocalMail
from data.models.people import Person
from tests.browser.conftest import PASSWORD, SETTLED, Console, begin, context
from tests.factories import make_person
from tests.services.broadcasts.asks import form_named, sent

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
LOOK = """() => axe.run(document, {
  runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, resultTypes: ["violations"],
}).then((found) => found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))"""
STREAMLITS_OWN = {"svg-img-alt", "target-size", "empty-table-header", "presentation-role-conflict"}
"""What Streamlit's own tests leave out as well."""

ENGLISH = """() => {
  const found = [], english = (text) => /[A-Za-z]{3,} *[a-z]*/.test(text) && !/[^\\x20-\\x7e…]/.test(text);
  for (const element of document.querySelectorAll("[aria-label],[title],[placeholder],[alt]"))
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      const text = element.getAttribute(name);
      if (text && english(text) && !element.closest("[aria-hidden=true]")) found.push(`${name}: ${text}`);
    }
  for (const element of document.querySelectorAll("[data-testid=stFileUploader], [data-testid=stSkipToContent]"))
    if (/[A-Z][a-z]{2,}/.test(element.innerText)) found.push(element.innerText);
  return found;
}"""


def faults(page: Page) -> list[str]:
    """Return what axe has against a page, and what it says in English."""
    page.wait_for_selector(SETTLED)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found = [one for one in page.evaluate(LOOK) if one.partition(":")[0] not in STREAMLITS_OWN]
    return found + page.evaluate(ENGLISH)


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Go on with the tabulator until what has this name has the focus."""
    said = """() => { const here = document.activeElement;
      return here.getAttribute("aria-label") || [...(here.labels ?? [])].map((one) => one.innerText).join(" ")
        || (here.matches("a, button, [role=button]") ? here.innerText : ""); }"""
    for _step in range(120):
        if re.search(name, page.evaluate(said), re.MULTILINE):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the tabulator does not come to {name}")


def sign_in(page: Page, console: Console) -> None:
    """Sign in without a mouse."""
    page.goto(console.url)
    expect(page.get_by_role("textbox", name="ログインID")).to_be_visible()
    page.wait_for_selector(SETTLED)
    tab_to(page, "^ログインID$")
    page.keyboard.type("hanako")
    tab_to(page, "^パスワード$")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="ホーム")).to_be_visible()


def add_person(page: Page) -> None:
    """Go to the list and add somebody without a mouse; the heading of a section opens and closes too."""
    tab_to(page, "^利用者$")
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "button"
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="部署", exact=True)).to_be_hidden()
    page.keyboard.press("Enter")
    tab_to(page, "^部署$")
    tab_to(page, "^利用者$", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="利用者")).to_be_visible()
    tab_to(page, "利用者を追加")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="利用者を追加")).to_be_visible()
    for label, text in (("^姓（必須）$", "髙野"), ("^名$", "①郎"), ("^番号（必須）$", "K-1")):
        tab_to(page, label)
        page.keyboard.type(text)
    tab_to(page, "^追加する$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="髙野 ①郎")).to_be_visible()
    with transaction(Actor.system("test")) as tx:
        assert tx.scalar(select(Person.family_name).where(Person.code == "K-1")) == "髙野"


def reply(page: Page, console: Console) -> None:
    """Answer a safety form without a mouse."""
    with transaction(Actor.system("test")) as tx:
        person = make_person(tx, "山田", "花子", mail="yamada@example.jp")
        sent(tx, title="訓練", form_id=form_named(tx, "安否確認").id, audience={"people": [person.id]})
    for _look in range(80):
        with transaction(Actor.system("test")) as tx:
            body = tx.scalar(select(LocalMail.body).where(LocalMail.recipient == "yamada@example.jp"))
        if body:
            break
        page.wait_for_timeout(250)
    page.goto(re.search(r"http\S+/r/\S+", body).group())
    assert not faults_of_plain(page)
    for group in page.get_by_role("group").all():
        if group.get_by_role("radio").count():
            group.get_by_role("radio").first.focus()
            page.keyboard.press("Space")
    tab_to(page, "回答を送信する")
    page.keyboard.press("Enter")
    expect(page.get_by_text("回答を受け付けました").or_(page.get_by_text("ありがとうございます")).first).to_be_visible()
    assert not faults_of_plain(page)


def send_file(page: Page, console: Console) -> None:
    """Send a large file's page a small one without a mouse; first none at all."""
    page.goto(f"{console.url}/people-imports")
    expect(page.get_by_role("link", name="50MBを超えるファイルを送信する")).to_be_visible()
    tab_to(page, "50MBを超えるファイル")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="大きなファイルの送信")).to_be_visible()
    tab_to(page, "^送信する$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("ファイルを選んでください。")
    assert not faults_of_plain(page)
    expect(page.get_by_label("CSV ファイル")).to_be_focused()
    csv = "社員番号,氏名\r\nL-1,大山 大\r\n".encode("cp932")
    page.get_by_label("CSV ファイル").set_input_files({"name": "大名簿.csv", "mimeType": "text/csv", "buffer": csv})
    tab_to(page, "^送信する$")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people-imports?id=*")
    expect(page.get_by_text("大名簿.csv")).to_be_visible()
    expect(page.get_by_text("大山 大")).to_be_visible()


def faults_of_plain(page: Page) -> list[str]:
    """Return what axe has against one of our own pages, without exceptions."""
    page.evaluate(AXE)
    return [str(one) for one in page.evaluate(LOOK)]


def test_everybody_can_use_it(console: Console, desktop: Page, chromium: Browser) -> None:
    with transaction(Actor.system("test")) as tx:
        begin(tx, sample=True)
    desktop.goto(console.url)
    expect(desktop.get_by_role("textbox", name="ログインID")).to_be_visible()
    wrong = {"sign-in": faults(desktop)}
    sign_in(desktop, console)
    add_person(desktop)
    links = desktop.locator('[data-testid="stSidebarNavLink"]')
    names = [text.splitlines()[-1] for text in links.all_inner_texts()]
    for scheme in ("light", "dark"):
        desktop.emulate_media(color_scheme=scheme)
        for at in range(0, len(names), 1 if scheme == "light" else 4):
            links.nth(at).click()
            expect(links.nth(at)).to_have_attribute("aria-current", "page")
            expect(desktop.locator('[data-testid="stHeading"] h1').first).to_be_visible()
            wrong[f"{names[at]} {scheme}"] = faults(desktop)
    assert not {page: found for page, found in wrong.items() if found}
    assert len(wrong) > len(names) > 15
    send_file(desktop, console)

    window = context(chromium, 390, 844)
    reply(window.new_page(), console)
    window.close()
