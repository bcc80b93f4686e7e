"""Sending procedures as a page (pages/broadcasts/procedures.py, N04)."""

import pytest

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from services import broadcasts

PAGE = "broadcasts/procedures.py"


@pytest.fixture
def samples(stage):
    """The procedures that ship."""
    with transaction(Actor.system("test")) as tx:
        broadcasts.seed_procedures(tx)
        return broadcasts.procedures(tx, Nothing())


def now():
    """Return the procedures as they stand."""
    with transaction(Actor.system("test")) as tx:
        return broadcasts.procedures(tx, Nothing())


class TestProcedures:
    """See, change, delete."""

    def test_N04_each_says_what_goes_when(self, samples, open_page):
        app = open_page(PAGE)
        assert len(app.expander) == len(samples) == 3
        tables = [str(one.proto.body) for one in app.get("html")]
        assert any("10分後" in table and "LINE" in table for table in tables)
        assert any("10,000" in caption.value for caption in app.caption)

    def test_a_step_is_moved(self, samples, open_page):
        row = next(one for one in samples if one.sample == "stepwise")
        app = open_page(PAGE, id=str(row.id))
        next(one for one in app.number_input if one.key.endswith(".sms_minutes")).set_value(60)
        app.button(key=f"procedure-{row.id}-1.0.submit").click().run()
        assert not app.exception
        assert next(one for one in now() if one.id == row.id).sms_minutes == 60

    def test_nothing_at_once_is_refused_beside_the_form(self, samples, open_page):
        row = next(one for one in samples if one.sample == "stepwise")
        app = open_page(PAGE, id=str(row.id))
        next(one for one in app.number_input if one.key.endswith(".mail_minutes")).set_value(5)
        app.button(key=f"procedure-{row.id}-1.0.submit").click().run()
        assert now() == samples
        assert any("0" in error.value for error in [*app.error, *app.markdown])

    def test_who_may_only_see_gets_no_buttons(self, samples, open_page, stage):
        app = open_page(PAGE, stage.manager)
        assert len(app.expander) == len(samples)
        assert not [button for button in app.button if (button.key or "").startswith(("edit-", "delete-", "new"))]
