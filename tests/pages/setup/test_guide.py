"""The setup guide as a page (pages/setup/guide.py, D17)."""

from datetime import date

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from services.setup import StepState, guide, headcount
from tests.factories import account_of, make_person


def step(key):
    """Return a step as it stands in the database."""
    with transaction(Actor.system("test")) as tx:
        return next(each for each in guide(tx, Nothing()).steps if each.key == key)


class TestGuide:
    """What the administrator sees."""

    def test_D17_shows_the_fourteen_steps_with_a_button_each(self, open_page):
        app = open_page("setup/guide.py")
        titles = [text.value for text in app.markdown if text.value.startswith("**")]
        assert len(titles) == 14
        assert len([button for button in app.button if (button.key or "").startswith("open-")]) == 14

    def test_says_what_comes_next_and_marks_its_button(self, open_page):
        app = open_page("setup/guide.py")
        assert any("次のステップ" in text.value for text in app.markdown)

    def test_a_button_opens_its_page(self, open_page):
        app = open_page("setup/guide.py")
        app.button(key="open-departments").click().run()
        assert not app.exception
        assert app.title[0].value == "部署"

    def test_the_step_of_automatic_broadcasts_leads_to_the_coasts_too(self, open_page):
        links = [link.proto.page for link in open_page("setup/guide.py").get("page_link")]
        assert any("safety-coasts" in link for link in links)

    def test_settling_a_step_and_opening_it_again(self, open_page):
        app = open_page("setup/guide.py")
        app.button(key="mark-creators").click().run()
        assert step("creators").state is StepState.DONE
        app.button(key="mark-creators").click().run()
        assert step("creators").state is StepState.OPEN

    def test_is_not_shown_to_who_may_not(self, open_page, stage):
        app = open_page("setup/guide.py", stage.staff)
        assert not [button for button in app.button if (button.key or "").startswith("open-")]
        assert app.warning

    def test_D17_dates_are_proposed_then_an_owner_is_named_and_late_steps_stand_out(self, open_page, stage):
        app = open_page("setup/guide.py")
        assert not [link for link in app.get("link_button") if "ics" in link.proto.label]
        app.get_by_key("propose.0.starts_on").set_value(date(2026, 1, 5))
        app.get_by_key("propose.0.submit").click().run()
        assert not app.exception
        assert step("everyday").due_on == date(2026, 2, 3)
        assert any("期限超過" in text.value for text in app.markdown)
        addresses = [link.proto.url for link in app.get("link_button")]
        assert addresses == [
            "/export/setup.schedule?as=xlsx", "/export/setup.calendar?as=utf8", "/export/setup.calendar?mine=1&as=utf8",
        ]  # fmt: skip
        app.button(key="edit-everyday").click().run()
        with transaction(Actor.system("test")) as tx:
            owner = account_of(tx, stage.administrator).id
        app.get_by_key("step-everyday-1.0.owner_id").set_value(owner)
        app.get_by_key("step-everyday-1.0.submit").click().run()
        assert not app.exception
        assert step("everyday").owner_id == owner
        assert any(stage.administrator.name in text.value for text in app.markdown)

    def test_a_large_organisation_is_told_when_people_were_counted_and_can_count_again(self, open_page, monkeypatch):
        monkeypatch.setattr(headcount, "LARGE", 1)
        headcount.count_regularly()
        app = open_page("setup/guide.py")
        assert any(text.value.startswith("人数の集計：") for text in app.caption)
        with transaction(Actor.system("test")) as tx:
            make_person(tx)
        before = step("accounts").finding
        app.button(key="count-again").click().run()
        assert not app.exception
        assert step("accounts").finding != before
