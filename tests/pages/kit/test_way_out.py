"""A page that cannot be shown says why, and leads on."""

import pytest

from pages.kit.menu import PAGES

ABOVE = {entry.path: entry.above for entry in PAGES if entry.above}


def ways(app):
    return [link.proto.page for link in app.get("page_link")]


@pytest.mark.parametrize("path", sorted(ABOVE))
@pytest.mark.parametrize("address", [{"id": "999999"}, {}])
def test_what_is_not_there_leads_to_the_page_above(open_page, path, address):
    if path == "people/person.py" and not address:
        pytest.skip("without an id it is the page for a new person")
    app = open_page(path, **address)
    assert app.error or app.info
    above = next(entry for entry in PAGES if entry.path == ABOVE[path])
    assert above.url in ways(app)


def test_who_may_not_see_a_page_is_led_to_their_first_one(open_page, stage):
    app = open_page("access/accounts.py", stage.staff)
    assert app.warning
    assert ways(app) == ["access-mine"]
    assert not ways(open_page("access/mine.py", stage.staff)), "there is nowhere further to go"
