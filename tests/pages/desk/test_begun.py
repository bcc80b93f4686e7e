"""What was begun and not saved as a page (pages/desk/begun.py)."""

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from pages import kit
from services import desk
from tests.factories import actor_of


def begin(person, form="person-7", place="people-person?id=7"):
    with transaction(acts(person)) as tx:
        desk.keep_draft(tx, desk.KeptDraft(form=form, title="編集", place=place, values={"name": "甲"}))


def acts(person):
    with transaction(Actor.system("test")) as tx:
        return actor_of(tx, person)


class TestBegun:
    """What is shown to whom, and the ways on."""

    def test_shows_ones_own_only(self, open_page, stage):
        begin(stage.manager)
        assert any("編集" in one.value for one in open_page("desk/begun.py", stage.manager).markdown)
        page = open_page("desk/begun.py", stage.staff)
        assert page.info
        assert not [one for one in page.button if one.key.startswith("discard")]

    def test_leads_back_to_the_form(self, open_page, stage):
        begin(stage.administrator, place=f"people-person?id={stage.staff.id}")
        app = open_page("desk/begun.py")
        app.get_by_key("open-person-7").click().run()
        assert app.title[0].value == "社員 三郎"

    def test_is_discarded_after_a_question(self, open_page, stage, monkeypatch):
        asked = []
        monkeypatch.setattr(kit, "confirm", lambda title, will, *, yes, then: (asked.append(title), then()))
        begin(stage.administrator)
        app = open_page("desk/begun.py")
        app.get_by_key("discard-person-7").click().run()
        assert len(asked) == 1
        with transaction(acts(stage.administrator)) as tx:
            assert desk.drafts(tx, Nothing()) == []
