"""The register of people as a page (pages/people/list.py)."""

from data.models.people import Membership
from tests.factories import make_department, make_person
from tests.pages import grids


def names(app) -> list[str]:
    """Return who is shown."""
    return [name.rpartition(": ")[2] for name in app.dataframe[0].value["name"]]


def links(app) -> list[str]:
    """Return the addresses of the page's links."""
    return [one.proto.url for one in app.get("link_button")]


class TestList:
    """Who is shown to whom, and what leads on."""

    def test_shows_everybody_in_the_order_of_their_kana(self, open_page):
        assert names(open_page("people/list.py")) == ["遠方 四郎", "管理 花子", "危機 次郎", "社員 三郎", "部長 太郎"]

    def test_shows_a_manager_those_within_reach(self, open_page, stage):
        app = open_page("people/list.py", stage.manager)
        assert names(app) == ["管理 花子", "社員 三郎", "部長 太郎"]
        assert not [one for one in app.button if one.key in {"add", "import"}], "a manager neither adds nor imports"

    def test_shows_nothing_without_permission(self, open_page, stage):
        app = open_page("people/list.py", stage.staff)
        assert app.warning
        assert not app.dataframe

    def test_finds_by_name_and_department_from_the_address(self, open_page, stage):
        assert names(open_page("people/list.py", text="しゃいん")) == ["社員 三郎"]
        below = open_page("people/list.py", department_id=str(stage.head_office.id))
        assert names(below) == ["管理 花子", "社員 三郎", "部長 太郎"]

    def test_opens_a_person(self, open_page):
        app = grids.open_row(open_page("people/list.py", text="花子"), 0)
        assert app.title[0].value == "管理 花子"

    def test_counts_other_departments(self, open_page, stage, database):
        with database() as tx:
            person = make_person(tx, "兼務", "太郎", stage.head_office, kana=("ケンム", "タロウ"))
            tx.add(Membership(person_id=person.id, department_id=make_department(tx, "応援班").id, main=False))
        shown = open_page("people/list.py", text="兼務").dataframe[0].value["department"].iloc[0]
        assert shown == "本社（ほか 1）"

    def test_offers_the_file_to_whoever_may_export(self, open_page, stage):
        (link,) = links(open_page("people/list.py", stage.manager, text="花"))
        assert link.startswith("/export/people.export?text=%E8%8A%B1")
        assert links(open_page("people/list.py", stage.crisis_manager)) == []
