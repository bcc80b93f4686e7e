"""The register of people as a page (pages/people/list.py)."""

from data.models.people import Membership
from services.people.store import set_own
from tests.factories import make_department, make_person
from tests.pages import grids
from tests.services.fields.stage import add_fields


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


class TestOwnFields:
    """Own fields as columns and filters, and what leads to changing many people."""

    def test_are_columns_for_whoever_chose_them_and_filters_in_the_address(self, open_page, stage, database):
        with database() as tx:
            add_fields(tx, "size", "until", "pay")
            set_own(tx, {stage.staff.id: {"size": "M", "until": "2026-04-01", "pay": "1200.5"}})
            set_own(tx, {stage.far.id: {"size": "M", "until": "2027-04-01"}})
        assert "own_size" not in open_page("people/list.py").dataframe[0].value
        asked = {"own_size": "M", "own_until_until": "2026-12-31", "columns": ["name", "own_size", "own_pay"]}
        app = open_page("people/list.py", **asked)
        assert names(app) == ["社員 三郎"]
        assert list(app.dataframe[0].value.iloc[0])[1:] == ["中", "1,200.5"]
        assert "own=size%3DM" in links(app)[0]
        assert [one.value for one in open_page("people/list.py", own_size="XXL").warning], "it says what was left out"

    def test_changing_many_is_offered_to_whoever_may(self, open_page, stage):
        offered = {one.key: one.disabled for one in open_page("people/list.py").button if one.key.startswith("bulk")}
        assert offered == {"bulk": True, "bulk-all": False}
        app = open_page("people/list.py", stage.manager)
        assert not [one for one in app.button if one.key and one.key.startswith("bulk")]
