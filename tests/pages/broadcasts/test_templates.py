"""Mail templates as a page (pages/broadcasts/templates.py, D08)."""

import pytest

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from services import broadcasts


@pytest.fixture
def samples(stage):
    """The templates that ship."""
    with transaction(Actor.system("test")) as tx:
        broadcasts.seed_samples(tx)
        return broadcasts.templates(tx, Nothing())


def now():
    """Return the templates as they stand."""
    with transaction(Actor.system("test")) as tx:
        return broadcasts.templates(tx, Nothing())


def field(app, name):
    """Return a field of the open form."""
    return next(each for each in [*app.text_input, *app.text_area] if (each.key or "").endswith(f".{name}"))


class TestTemplates:
    """See, make, change, delete."""

    def test_D08_the_samples_are_there(self, samples, open_page):
        app = open_page("broadcasts/templates.py")
        assert len(app.expander) == len(samples) > 0

    def test_a_template_is_changed(self, samples, open_page):
        app = open_page("broadcasts/templates.py", id=str(samples[0].id))
        field(app, "subject").set_value("訓練です")
        app.button(key=f"template-{samples[0].id}-1.0.submit").click().run()
        assert not app.exception
        assert next(row for row in now() if row.id == samples[0].id).subject == "訓練です"

    def test_an_unknown_field_is_said_beside_the_text(self, samples, open_page):
        app = open_page("broadcasts/templates.py", id=str(samples[0].id))
        field(app, "body").set_value("{nmae}さん")
        app.button(key=f"template-{samples[0].id}-1.0.submit").click().run()
        assert any("nmae" in text.value for text in app.markdown)
        assert now() == samples

    def test_who_may_only_see_gets_no_buttons(self, samples, open_page, stage):
        app = open_page("broadcasts/templates.py", stage.manager)
        assert len(app.expander) == len(samples)
        assert not [button for button in app.button if (button.key or "").startswith(("edit-", "delete-", "new"))]
