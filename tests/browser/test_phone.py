"""Lists on a phone: they begin on the first screen, and what their filters hold can be read."""

import pytest
from playwright.sync_api import Browser, expect

from core.actor import Actor
from core.database import transaction
from services.network import settle
from tests.browser.conftest import Console, context, signed_in
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
HEIGHT = 844
THREE_ROWS = 4 * 36
"""Pixels of a list's head and three rows."""


@pytest.mark.parametrize("address", ["people-list", "network-people", "network-people?finding=number_missing"])
def test_a_list_begins_on_the_first_screen(chromium: Browser, begun: Console, address: str) -> None:
    with transaction(Actor.system("test")) as tx:
        make_person(tx)
        settle(tx, 5_000)
    window = context(chromium, 390, HEIGHT)
    page = window.new_page()
    signed_in(page, begun)
    page.goto(f"{begun.url}/{address}")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    box = page.get_by_test_id("stDataFrame").bounding_box()
    assert box
    assert box["y"] + THREE_ROWS <= HEIGHT
    choice = page.get_by_test_id("stSelectbox").first
    words = choice.get_by_role("combobox").bounding_box()
    assert words
    assert words["width"] > 90, "an arrow fills the field"
    window.close()
