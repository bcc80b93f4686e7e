"""What people type is never lost: a reload in the middle, and somebody else who saves the same record first."""

import re
from itertools import count

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.people import Person
from tests.browser.conftest import Console, open_from_menu, signed_in, type_into

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NUMBERS = count(1)


@pytest.fixture
def code() -> str:
    """The number of a person of this test's own."""
    return f"T-{next(NUMBERS)}"


@pytest.fixture
def person(begun: Console, desktop: Page, code: str) -> Page:
    """The page of somebody who was just added, in an organisation that other tests write to as well."""
    signed_in(desktop, begun)
    open_from_menu(desktop, "利用者")
    desktop.get_by_role("button", name="利用者を追加").click()
    type_into(desktop, "番号（必須）", code)
    type_into(desktop, "姓（必須）", "髙野")
    desktop.get_by_role("button", name="追加する").click()
    expect(desktop.get_by_role("heading", name="髙野")).to_be_visible()
    return desktop


def stored(code: str) -> tuple[str, str]:
    """Return the names as they stand in the database."""
    with transaction(Actor.system("test")) as tx:
        row = tx.execute(select(Person).where(Person.code == code)).scalar_one()
        return row.family_name, row.given_name


def test_what_was_typed_is_offered_again_after_a_reload(person: Page) -> None:
    type_into(person, "名", "みどり")
    expect(person.get_by_test_id("stStatusWidget")).to_be_hidden()
    person.wait_for_timeout(500)
    person.reload()
    expect(person.get_by_text(re.compile("まだ保存していない内容があります"))).to_be_visible()
    expect(person.get_by_role("textbox", name="名", exact=True)).to_have_value("")
    person.get_by_role("button", name="続きを入力").click()
    expect(person.locator('input[aria-label="名"][value="みどり"]')).to_be_visible()
    expect(person.get_by_role("textbox", name="名", exact=True)).to_have_count(1)  # the form before goes at the end
    expect(person.get_by_role("textbox", name="名", exact=True)).to_have_value("みどり")
    person.get_by_role("button", name="保存する").click()
    expect(person.get_by_role("heading", name="髙野 みどり")).to_be_visible()
    person.reload()
    expect(person.get_by_role("heading", name="髙野 みどり")).to_be_visible()
    expect(person.get_by_role("button", name="続きを入力")).to_have_count(0)


def test_two_tabs_overwrite_nothing_of_each_other(person: Page, code: str) -> None:
    other = person.context.new_page()
    other.goto(person.url)
    expect(other.get_by_role("heading", name="髙野")).to_be_visible()
    type_into(person, "姓（必須）", "高野")
    person.get_by_role("button", name="保存する").click()
    expect(person.get_by_role("heading", name="高野")).to_be_visible()

    # Typed and sent in one go: the letters of the last field come along with the click.
    other.get_by_role("textbox", name="名", exact=True).fill("みどり")
    other.get_by_role("textbox", name="姓（必須）", exact=True).fill("鷹野")
    other.get_by_role("button", name="保存する").click()
    expect(other.get_by_text(re.compile("入力中にほかの人が変更しました"))).to_be_visible()
    for name in ("髙野", "高野", "鷹野"):
        expect(other.get_by_role("cell", name=name, exact=True)).to_be_visible()
    assert stored(code) == ("高野", "")
    other.get_by_test_id("stRadio").first.get_by_text("自分の入力", exact=True).click()
    expect(other.get_by_role("textbox", name="姓（必須）", exact=True)).to_have_value("鷹野")
    other.get_by_role("button", name="保存する").click()
    expect(other.get_by_role("heading", name="鷹野 みどり")).to_be_visible()
    assert stored(code) == ("鷹野", "みどり")


def test_a_form_opened_for_one_field_has_the_cursor_there_until_it_is_saved(person: Page, code: str) -> None:
    person.goto(f"{person.url}&begin=mobile")
    number = person.get_by_role("textbox", name="携帯電話", exact=True)
    expect(number).to_be_focused()
    expect(number).to_be_in_viewport()
    person.keyboard.type("090-1234-5678")
    person.get_by_role("button", name="保存する").click()
    expect(person.get_by_text("保存しました。")).to_be_visible()
    expect(number).to_have_value("090-1234-5678")
    expect(number).not_to_be_focused()
