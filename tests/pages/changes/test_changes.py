"""Change-sets as pages: the list, one with its undo, and the history on people and departments."""

import pytest
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.changes import ChangeSet
from data.models.people import Department, Person
from pages.kit.difference import marked
from services.access import actor_for
from services.people import edit_department, edit_person, retire_people
from services.people.department_edit import EditedDepartment
from services.people.retire import Several
from tests.factories import account_of
from tests.pages import grids
from tests.pages.people.conftest import asked, database  # noqa: F401 - the fixtures
from tests.services.people.asks import editable

LIST, SHOW = "changes/list.py", "changes/show.py"


def acting(person):
    """Return the actor that a person of the cast is."""
    with transaction(Actor.system("test")) as tx:
        return actor_for(tx, account_of(tx, person).id)


def edit(by, person, **changed):
    """Change somebody and return the number of the change-set."""
    with transaction(acting(by)) as tx:
        edit_person(tx, editable(tx, person, **changed))
        return tx.scalar(select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(1))


def tables(app):
    """Return the text of all tables to read."""
    return "".join(one.proto.body for one in app.get("html"))


@pytest.fixture
def edited(stage):
    """A change-set of the administrator."""
    return edit(stage.administrator, stage.far, family_name="遠山")


class TestList:
    def test_shows_each_and_opens_it(self, open_page, edited):
        app = open_page(LIST)
        shown = app.dataframe[0].value
        assert list(shown["counts"]) == ["利用者：変更 1"]
        assert list(shown["standing"]) == ["有効"]
        assert grids.open_row(app, 0).title[0].value.startswith(f"変更{edited}番")

    def test_a_manager_sees_their_own_only(self, open_page, stage, edited):
        app = open_page(LIST, stage.manager)
        assert not app.dataframe
        assert app.info


class TestOne:
    def test_shows_what_was_with_the_difference_marked(self, open_page, stage, edited):
        html = tables(open_page(SHOW, id=str(edited)))
        assert "遠<del>方</del>" in html
        assert "遠<ins>山</ins>" in html
        assert f"people-person?id={stage.far.id}" in html

    def test_undoes_after_a_preview(self, open_page, stage, edited, asked, database):  # noqa: F811
        app = open_page(SHOW, id=str(edited))
        app.get_by_key("prepare").click().run()
        assert [one.value for one in app.metric] == ["1件", "0件", "0件"]
        assert not app.radio
        app.get_by_key("undo").click().run()
        assert not app.exception
        assert any("1件を元に戻しました" in one.value for one in app.success)
        assert len(asked) == 1
        with database() as tx:
            assert tx.get(Person, stage.far.id).family_name == "遠方"
        assert list(open_page(LIST).dataframe[0].value["standing"]) == [f"変更{edited}番の取り消し", "元に戻し済み"]
        app = open_page(SHOW, id=str(edited))
        assert app.warning
        assert not [one for one in app.button if one.key == "prepare"]
        assert app.get_by_key("see-undo").click().run().get_by_key("see-undone")

    def test_says_by_whom_it_was_changed_since_and_overwrites_only_if_told_to(
        self, open_page, stage, edited, asked, database  # noqa: F811
    ):  # fmt: skip
        edit(stage.administrator, stage.far, family_name="遠藤")
        app = open_page(SHOW, id=str(edited))
        app.get_by_key("prepare").click().run()
        assert [one.value for one in app.metric] == ["0件", "1件", "0件"]
        assert "遠<del>藤</del>" in tables(app)
        assert "管理 花子" in tables(app)
        assert not [one for one in app.button if one.key == "undo"]
        app.get_by_key("overwrite").set_value(True).run()
        app.get_by_key("undo").click().run()
        with database() as tx:
            assert tx.get(Person, stage.far.id).family_name == "遠方"

    def test_leaves_the_preview_and_changes_nothing(self, open_page, stage, edited, database):  # noqa: F811
        app = open_page(SHOW, id=str(edited))
        app.get_by_key("prepare").click().run()
        app.get_by_key("leave").click().run()
        assert app.get_by_key("prepare")
        assert not app.metric
        with database() as tx:
            assert tx.get(Person, stage.far.id).family_name == "遠山"

    def test_who_may_not_do_it_is_offered_nothing(self, open_page, stage, database):  # noqa: F811
        with transaction(acting(stage.administrator)) as tx:
            retire_people(tx, Several(person_ids=[stage.staff.id]))
            made = tx.scalar(select(ChangeSet.id))
        with database() as tx:
            tx.get(ChangeSet, made).account_id = account_of(tx, stage.manager).id
        app = open_page(SHOW, stage.manager, id=str(made))
        assert app.title[0].value.startswith("変更")
        assert not [one for one in app.button if one.key == "prepare"]

    def test_one_that_is_not_there_says_so(self, open_page, edited):
        assert open_page(SHOW, id="999").error


class TestHistory:
    def test_of_a_person(self, open_page, stage, edited):
        app = open_page("people/person.py", id=str(stage.far.id), view="history")
        assert "遠<ins>山</ins>" in tables(app)
        assert "管理 花子" in tables(app)
        assert not [one for one in app.button if one.key == "retire"]

    def test_of_a_department(self, open_page, stage):
        with transaction(acting(stage.administrator)) as tx:
            version = tx.get(Department, stage.branch.id).version
            edit_department(tx, EditedDepartment(id=stage.branch.id, version=version, name="支店", parent_id=None))
        app = open_page("people/department.py", id=str(stage.branch.id), view="history")
        assert "支<ins>店</ins>" in tables(app)

    def test_who_may_not_see_it_is_not_asked(self, open_page, stage, edited):
        app = open_page("people/person.py", stage.crisis_manager, id=str(stage.far.id), view="history")
        assert all("変更履歴" not in group.options for group in app.get("button_group"))
        assert "<ins>" not in tables(app)


class TestMarked:
    @pytest.mark.parametrize(
        ("before", "after", "was", "became"),
        [
            ("遠方", "遠山", "遠<del>方</del>", "遠<ins>山</ins>"),
            ("", "新", "—", "新"),
            ("旧", "", "旧", "—"),
            ("abc", "xyz", "<del>abc</del>", "<ins>xyz</ins>"),
            ("<b>", "<i>", "&lt;<del>b</del>&gt;", "&lt;<ins>i</ins>&gt;"),
            ("a" * 3_000, "a" * 2_999, f"<del>{'a' * 3_000}</del>", f"<ins>{'a' * 2_999}</ins>"),
        ],
    )
    def test_marks_what_differs_and_takes_nothing_for_markup(self, before, after, was, became):
        assert marked(before, after) == (was, became)
