"""The contact network as pages (pages/network/overview.py, pages/network/people.py)."""

import json

import pytest
from sqlalchemy import select, update

from core.actor import Actor
from core.database import transaction
from data.models.people import ContactPoint, PersonList
from services.network import settle
from services.registration import NewMail, add_mail
from tests.factories import make_person
from tests.pages.grids import open_row, pick

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


def test_a_list_about_numbers_opens_somebody_with_the_number_to_begin_with(open_page, family):
    app = open_row(open_page("network/people.py", finding="number_duplicate"), 0)
    assert not app.exception
    assert app.query_params["begin"] == "mobile"
    marks = [str(one.value) for one in app.get("html") if "begin" in str(one.value)]
    assert len(marks) == 1
    assert f"field-person-{family[0].id}-1-mobile" in marks[0]


def test_what_was_saved_is_begun_with_no_more(open_page, stage):
    app = open_page("people/person.py", id=str(stage.staff.id), begin="mobile")
    app.get_by_key(f"person-{stage.staff.id}-1.0.mobile").set_value("090-1111-9999")
    app.get_by_key(f"person-{stage.staff.id}-1.0.submit").click().run()
    assert [one.value for one in app.success] == ["保存しました。"]
    assert "begin" not in app.query_params
    assert not [one for one in app.get("html") if "begin" in str(one.value)]


def test_a_number_that_was_mended_leads_back_to_its_list(open_page, stage):
    came = {"from": "network-people?finding=number_missing"}
    app = open_page("people/person.py", id=str(stage.staff.id), begin="mobile", **came)
    app.get_by_key(f"person-{stage.staff.id}-1.0.mobile").set_value("090-1111-9999")
    app.get_by_key(f"person-{stage.staff.id}-1.0.submit").click().run()
    assert [one.value for one in app.title] == ["連絡網一覧"]
    assert app.query_params["finding"] == "number_missing"
    assert [one.value for one in app.success] == ["保存しました。"]


@pytest.mark.parametrize("address", [{}, {"finding": "nothing"}])
def test_other_lists_open_somebody_as_they_are(open_page, family, address):
    app = open_row(open_page("network/people.py", **address), 0)
    assert "begin" not in app.query_params


def test_what_waits_to_be_confirmed_is_counted_and_listed(open_page, family):
    with transaction(SYSTEM) as tx:
        add_mail(tx, NewMail(person_id=family[1].id, mail="secret@example.jp"))
    app = open_page("network/overview.py")
    links = [one.proto.label for one in app.get("page_link")]
    assert "登録したが未確認　**1人**" in links
    app = open_page("network/people.py", waiting="1")
    shown = app.dataframe[0].value
    assert [one.rpartition("right: ")[2] for one in shown["name"]] == ["家族 二"]
    assert "、確認待ち：メール（" in shown["notes"][0]
    assert "secret" not in shown.to_csv()


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


class TestReviving:
    """Contacts that failed are sent to again."""

    @pytest.fixture
    def failing(self, stage):
        with transaction(SYSTEM) as tx:
            person = make_person(tx, "不達", "一", stage.head_office, mail="gone@example.jp")
            values = {"state": "dead", "reason": "550 5.1.1 User unknown"}
            tx.execute(update(ContactPoint).where(ContactPoint.person_id == person.id).values(values))
            settle(tx, 1_000)
            return person

    def test_of_the_chosen_and_of_all_found(self, open_page, failing):
        app = open_page("network/people.py", finding="failing")
        assert "このアドレスは存在しません" in app.dataframe[0].value["notes"][0]
        assert app.button(key="revive").label == "該当者全員の連絡先を再開する"
        pick(app, 0)
        assert app.button(key="revive").label == "選んだ人の連絡先を再開する（1人）"
        app.button(key="revive").click().run()
        assert [one.value for one in app.success] == ["1件の連絡先を再開しました。"]
        assert app.info

    def test_all_found(self, open_page, failing):
        app = open_page("network/people.py", finding="failing")
        app.button(key="revive").click().run()
        assert [one.value for one in app.success] == ["1件の連絡先を再開しました。"]

    def test_by_one_click_on_the_person_s_page(self, open_page, failing):
        app = open_page("people/person.py", id=failing.id)
        shown = "".join(str(one.value) for one in app.get("html"))
        assert "このアドレスは存在しません" in shown
        (button,) = [one for one in app.button if one.label == "gone@example.jp への送信を再開する"]
        app = button.click().run()
        assert [one.value for one in app.success] == ["再開しました。次の送信から送られます。"]
        assert not [one for one in app.button if "再開" in one.label]
