"""The tree of departments and one of them as pages (pages/people/departments.py, department.py)."""

from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.people import Department
from tests.factories import make_department
from tests.pages import grids

NEW = "department-new.0"


class TestDepartments:
    """The tree."""

    def test_shows_each_below_its_own(self, open_page):
        shown = list(open_page("people/departments.py").dataframe[0].value["name"])
        assert [name.rpartition(": ")[2] for name in shown] == ["支社", "本社", "└ 総務部"]

    def test_the_deeper_the_longer_is_the_line(self, open_page, stage):
        with transaction(Actor.system("test")) as tx:
            make_department(tx, "人事課", stage.general_affairs)
        shown = open_page("people/departments.py").dataframe[0].value["name"]
        assert shown.iloc[-1].endswith(": └── 人事課")

    def test_shows_whole_paths_while_searching(self, open_page):
        shown = open_page("people/departments.py", text="総務").dataframe[0].value
        assert shown["name"].iloc[0].endswith("本社 / 総務部")

    def test_shows_a_manager_the_subtree_and_nothing_to_change(self, open_page, stage):
        app = open_page("people/departments.py", stage.manager)
        assert len(app.dataframe[0].value) == 2
        assert not app.expander

    def test_adds_below_another(self, open_page, stage, database):
        app = open_page("people/departments.py")
        app.get_by_key(f"{NEW}.name").set_value("人事課")
        app.get_by_key(f"{NEW}.parent_id").set_value(stage.general_affairs.id)
        app.get_by_key(f"{NEW}.submit").click().run()
        assert len(app.success) == 1
        with database() as tx:
            assert (
                tx.scalar(select(Department.full_name).where(Department.name == "人事課")) == "本社 / 総務部 / 人事課"
            )

    def test_says_what_is_wrong(self, open_page):
        app = open_page("people/departments.py")
        app.get_by_key(f"{NEW}.name").set_value("支社")
        app.get_by_key(f"{NEW}.submit").click().run()
        assert any("同じ名前の部署がすでにあります" in one.value for one in app.markdown)

    def test_opens_one(self, open_page):
        app = grids.open_row(open_page("people/departments.py"), 2)
        assert (app.title[0].value, app.caption[0].value) == ("総務部", "本社")


class TestDepartment:
    """One of them."""

    def test_is_renamed_and_moved_with_what_lies_below(self, open_page, stage, database):
        app = open_page("people/department.py", id=str(stage.head_office.id))
        form = f"department-{stage.head_office.id}-1.0"
        app.get_by_key(f"{form}.name").set_value("本店")
        app.get_by_key(f"{form}.parent_id").set_value(stage.branch.id)
        app.get_by_key(f"{form}.submit").click().run()
        assert (app.title[0].value, len(app.success)) == ("本店", 1)
        with database() as tx:
            assert tx.get(Department, stage.general_affairs.id).full_name == "支社 / 本店 / 総務部"

    def test_is_not_put_below_itself(self, open_page, stage):
        app = open_page("people/department.py", id=str(stage.head_office.id))
        form = f"department-{stage.head_office.id}-1.0"
        app.get_by_key(f"{form}.parent_id").set_value(stage.general_affairs.id)
        app.get_by_key(f"{form}.submit").click().run()
        assert "自分自身の下に置くことはできません" in app.error[0].value

    def test_stays_in_use_while_people_belong_to_it(self, open_page, stage, asked):
        app = open_page("people/department.py", id=str(stage.general_affairs.id))
        app.get_by_key("retire").click().run()
        assert "1人が所属しています" in app.error[0].value
        assert "廃止しますか" in asked[0]

    def test_goes_out_of_use_and_back(self, open_page, stage, database, asked):
        with database() as tx:
            empty = Department(name="空課", full_name="空課", depth=0, path="")
            tx.add(empty)
            empty.path = f"/{empty.id}/"
        app = open_page("people/department.py", id=str(empty.id))
        app.get_by_key("retire").click().run()
        assert len(app.warning) == 1
        app.get_by_key("reinstate").click().run()
        assert not app.warning

    def test_leads_to_its_people(self, open_page, stage):
        app = open_page("people/department.py", id=str(stage.head_office.id))
        app.get_by_key("people").click().run()
        assert len(app.dataframe[0].value) == 3

    def test_is_not_found_out_of_reach(self, open_page, stage):
        app = open_page("people/department.py", stage.manager, id=str(stage.branch.id))
        assert len(app.info) == 1
        assert not app.text_input
