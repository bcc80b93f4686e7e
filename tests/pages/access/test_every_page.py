"""Every page as people without and with some permissions see it, against ``tests/architecture/pages.txt``."""

import pytest

from pages.kit.menu import PAGES
from tests.architecture.decided import CAST, PAGE_CELLS


@pytest.mark.parametrize("role", ["manager", "nobody"])
def test_opens_or_says_why_not_as_it_was_decided(open_page, stage, role):
    wrong = []
    about = {"people/person.py": {"id": str(stage.staff.id)}}  # without a number it is the page for adding somebody
    for entry in PAGES:
        app = open_page(entry.path, getattr(stage, CAST[role]), **about.get(entry.path, {}))
        refused = any("権限がありません" in one.value for one in app.warning)
        if refused is not (PAGE_CELLS[entry.path][role] == "refused"):
            wrong.append(entry.path)
    assert not wrong
