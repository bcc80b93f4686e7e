"""A page that cannot be shown says why, and leads on."""

import pytest

from pages.kit.menu import PAGES

ABOVE = {entry.path: entry.above for entry in PAGES if entry.above}


def ways(app):
    return [link.proto.page for link in app.get("page_link")]


WITH = set(ABOVE) - {"access/who.py"}
"""Who may do something is asked on the page itself."""

WITHOUT = WITH - {"people/person.py", "directory/connection.py"}
"""Without an id, these are the pages for somebody or something new."""


@pytest.mark.parametrize(
    ("path", "address"),
    [*((path, {"id": "999999"}) for path in sorted(WITH)), *((path, {}) for path in sorted(WITHOUT))],
)
def test_what_is_not_there_leads_to_the_page_above(open_page, path, address):
    app = open_page(path, **address)
    assert app.error or app.info
    above = next(entry for entry in PAGES if entry.path == ABOVE[path])
    assert above.url in ways(app)


def test_who_may_not_see_a_page_is_led_to_their_first_one(open_page, stage):
    app = open_page("access/accounts.py", stage.staff)
    assert app.warning
    assert [link.proto.label for link in app.get("page_link")] == ["「ホーム」へ"]
