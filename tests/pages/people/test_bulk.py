"""Changing many people at once as a page (pages/people/bulk.py)."""

from sqlalchemy import select

from data.models.changes import ChangeSet
from data.models.people import Person
from services.people.store import set_own
from tests.services.fields.stage import add_fields


class TestChange:
    """What becomes of them, the preview, doing it."""

    def test_shows_first_who_changes_and_then_does_it(self, open_page, stage, database, asked):
        with database() as tx:
            add_fields(tx, "size", required=True)
            set_own(tx, {stage.staff.id: {"size": "M"}, stage.far.id: {"size": "S"}, stage.manager.id: {"size": "M"}})
        app = open_page("people/bulk.py", all="1", own="size=M")
        app.get_by_key("bulk.0.own_size").set_value("L")
        app.get_by_key("bulk.0.submit").click().run()
        assert "対象の2人のうち、2人が変更されます。" in [one.value for one in app.markdown]
        assert "社員 三郎" in "".join(one.value for one in app.html)
        app.get_by_key("do").click().run()
        assert "2人を変更する" in asked[0]
        with database() as tx:
            sizes = {one.id: one.own["size"] for one in tx.execute(select(Person).where(Person.own != {})).scalars()}
            assert sizes == {stage.staff.id: "L", stage.manager.id: "L", stage.far.id: "S"}
            assert tx.scalar(select(ChangeSet.records)) == 2
        assert app.query_params["set"]
        app.get_by_key("changes").click().run()
        assert "一括変更" in app.title[0].value

    def test_says_who_is_left_and_changes_nothing_by_looking(self, open_page, stage, database):
        app = open_page("people/bulk.py", ids=f"{stage.staff.id},{stage.far.id}")
        app.get_by_key("bulk.0.join_department_id").set_value(stage.branch.id)
        app.get_by_key("bulk.0.submit").click().run()
        assert "すでにその内容です。" in "".join(one.value for one in app.html)
        with database() as tx:
            assert tx.scalar(select(ChangeSet.id)) is None

    def test_what_is_wrong_stands_beside_its_field(self, open_page, stage, database):
        with database() as tx:
            add_fields(tx, "pay")
        app = open_page("people/bulk.py", ids=str(stage.staff.id))
        app.get_by_key("bulk.0.own_pay").set_value("たくさん")
        app.get_by_key("bulk.0.submit").click().run()
        assert any(":red[" in one.value and "1200" in one.value for one in app.markdown)
        assert not [one for one in app.button if one.key == "do"]


def test_many_leave_at_once(open_page, stage, database, asked):
    app = open_page("people/bulk.py", ids=f"{stage.staff.id},{stage.far.id}", view="retire")
    app.get_by_key("do").click().run()
    assert "2人を退職にする" in asked[0]
    with database() as tx:
        left = tx.execute(select(Person.id).where(Person.retired_at.is_not(None))).scalars()
        assert set(left) == {stage.staff.id, stage.far.id}


def test_without_people_it_says_where_to_choose_them(open_page, stage):
    assert len(open_page("people/bulk.py").info) == 1
    assert len(open_page("people/bulk.py", all="1", department_id="x").warning) == 1
    assert open_page("people/bulk.py", stage.manager, ids="1").warning
