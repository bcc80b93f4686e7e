"""The page of name, colour and logo (pages/setup/look.py)."""

import pytest
from sqlalchemy import select

from core.actor import Actor
from core.clock import now
from core.database import transaction
from data.models.setup import Organisation


@pytest.fixture
def organisation(live):
    with transaction(Actor.system("test")) as tx:
        tx.add(Organisation(id=1, name="試験商事", sample=False, created_at=now()))


def test_name_and_colour_are_changed_and_a_colour_that_nobody_can_read_is_refused(open_page, organisation):
    app = open_page("setup/look.py")
    app.get_by_key("look-1.0.accent").set_value("#ffcc00")
    app.get_by_key("look-1.0.name").set_value("新 *商事*")
    app.get_by_key("look-1.0.submit").click().run()
    assert any("#8a6e00" in one.value for one in app.markdown)
    app.get_by_key("look-1.0.accent").set_value("#7a1f4b")
    app.get_by_key("look-1.0.submit").click().run()
    with transaction(Actor.system("test")) as tx:
        assert tx.execute(select(Organisation.name, Organisation.accent)).one() == ("新 *商事*", "#7a1f4b")
    assert any("新 \\*商事\\*" in one.value for one in app.sidebar.caption), "what people type is no Markdown"


def test_who_may_not_is_told(open_page, stage, organisation):
    assert open_page("setup/look.py", stage.staff).warning
