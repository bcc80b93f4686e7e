"""The contact network as pages (pages/network/overview.py, pages/network/people.py)."""

import json

import pytest
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.people import ContactPoint, PersonList
from services.network import settle
from tests.factories import make_person
from tests.pages.grids import pick

SYSTEM = Actor.system("test")


@pytest.fixture
def family(stage):
    """Two people with one number, settled."""
    with transaction(SYSTEM) as tx:
        made = [
            make_person(tx, "家族", name, stage.head_office, kana=("アカゾク", name), mobile="+819033334444")
            for name in ("一", "二")
        ]
        settle(tx, 1_000)
        return made


def test_the_overview_counts_and_shows_the_tree(open_page, family):
    app = open_page("network/overview.py")
    assert [one.value for one in app.metric][:2] == ["7人", "28.6%"]
    tree = {row["name"].split()[-1]: row for row in app.dataframe[0].value.to_dict("records")}
    assert (tree["本社"]["people"], tree["本社"]["registered"]) == ("5", "2 (40.0%)")
    assert (tree["総務部"]["people"], tree["総務部"]["nothing"]) == ("1", "1 (100.0%)")


def test_somebody_without_permission_is_told(open_page, stage):
    assert open_page("network/overview.py", stage.staff).warning
    assert open_page("network/people.py", stage.staff).warning


def test_duplicates_are_shared_on_purpose(open_page, family):
    app = open_page("network/people.py", finding="number_duplicate")
    assert list(app.dataframe[0].value["notes"]) == ["家族 二さんと同じ番号です。", "家族 一さんと同じ番号です。"]
    pick(app, 0)
    app.button(key="share").click().run()
    assert [one.value for one in app.success] == ["1件の番号について保存しました。"]
    assert app.info


def test_all_found_are_put_on_a_list_to_be_reminded(open_page, family):
    app = open_page("network/people.py", finding="nothing")
    app.get_by_key("network-list-found-nothing.0.submit").click().run()
    assert not app.exception
    assert app.get_by_key("write")
    with transaction(SYSTEM) as tx:
        assert tx.scalar(select(PersonList.name)).startswith("登録なし")


@pytest.mark.parametrize(("typed", "saved"), [("090-5555-6666", "+819055556666"), ("03-1234-5678", None)])
def test_the_grid_saves_what_was_typed_or_says_what_is_wrong(open_page, family, typed, saved):
    app = open_page("network/people.py", finding="number_duplicate", view="grid")
    states = app._tree.get_widget_states()
    state = states.widgets.add(id=app.dataframe[0].proto.id)
    state.string_value = json.dumps({"edited_rows": {"0": {"mobile": typed}}, "added_rows": [], "deleted_rows": []})
    app._run(states)
    app.button(key="save-grid").click().run()
    with transaction(SYSTEM) as tx:
        now = tx.scalar(select(ContactPoint.value).where(ContactPoint.person_id == family[0].id))
    if saved:
        assert (now, [one.value for one in app.success]) == (saved, ["1人分を変更しました。"])
    else:
        assert now == "+819033334444"
        assert "家族 一" in app.error[0].value
