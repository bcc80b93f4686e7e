"""Lists of people as pages (pages/people/lists.py, recipients.py)."""

import pytest
from sqlalchemy import select

from data.models.people import PersonList, PersonListMember
from tests.pages import grids


@pytest.fixture
def first_aid(stage, database):
    """A list with one person on it."""
    with database() as tx:
        made = PersonList(name="救護班")
        tx.add(made)
        tx.add(PersonListMember(list_id=made.id, person_id=stage.staff.id))
    return made


def on_list(database, made) -> set[int]:
    """Return who is on a list."""
    with database() as tx:
        return set(tx.execute(select(PersonListMember.person_id).where(PersonListMember.list_id == made.id)).scalars())


class TestLists:
    """All lists."""

    def test_makes_one_and_goes_on_to_it(self, open_page, database):
        app = open_page("people/lists.py")
        assert len(app.info) == 1
        app.get_by_key("list-new.0.name").set_value("消防班")
        app.get_by_key("list-new.0.submit").click().run()
        assert (app.title[0].value, len(app.success)) == ("消防班", 1)

    def test_refuses_a_name_that_is_taken(self, open_page, first_aid):
        app = open_page("people/lists.py")
        app.get_by_key("list-new.0.name").set_value("救護班")
        app.get_by_key("list-new.0.submit").click().run()
        assert any("同じ名前のリストがあります" in one.value for one in app.markdown)

    def test_opens_one(self, open_page, first_aid):
        app = grids.open_row(open_page("people/lists.py"), 0)
        assert (app.title[0].value, app.caption[0].value) == ("救護班", "1人")

    def test_a_manager_looks_only(self, open_page, stage, first_aid):
        assert not open_page("people/lists.py", stage.manager).expander


class TestRecipients:
    """One list."""

    def test_takes_off_those_who_are_picked(self, open_page, first_aid, database):
        app = open_page("people/recipients.py", id=str(first_aid.id))
        assert app.get_by_key("take").disabled
        grids.pick(app, 0)
        app.get_by_key("take").click().run()
        assert on_list(database, first_aid) == set()
        assert len(app.success) == 1

    def test_puts_on_those_who_are_picked(self, open_page, stage, first_aid, database):
        app = open_page("people/recipients.py", id=str(first_aid.id), others__text="郎")
        grids.pick(app, 0, 2, grid=1)
        app.get_by_key("put").click().run()
        assert len(on_list(database, first_aid)) in {2, 3}
        assert stage.far.id in on_list(database, first_aid)

    def test_is_renamed(self, open_page, first_aid):
        app = open_page("people/recipients.py", id=str(first_aid.id))
        form = f"list-{first_aid.id}-1.0"
        app.get_by_key(f"{form}.name").set_value("救急班")
        app.get_by_key(f"{form}.submit").click().run()
        assert app.title[0].value == "救急班"

    def test_is_deleted_after_a_question(self, open_page, first_aid, database, asked):
        app = open_page("people/recipients.py", id=str(first_aid.id))
        app.get_by_key("delete").click().run()
        assert "「変更履歴」から元に戻せます" in asked[0]
        assert app.title[0].value == "宛先リスト"
        with database() as tx:
            assert tx.get(PersonList, first_aid.id) is None

    def test_a_manager_looks_only(self, open_page, stage, first_aid):
        app = open_page("people/recipients.py", stage.manager, id=str(first_aid.id))
        assert [one.key for one in app.button if one.key in {"take", "put", "delete"}] == []

    def test_one_that_is_gone_says_so(self, open_page):
        assert len(open_page("people/recipients.py", id="999").info) == 1
