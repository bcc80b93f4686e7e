"""The list of broadcasts as a page (pages/broadcasts/list.py, D13)."""

from tests.pages.grids import open_row
from tests.services.broadcasts import asks


def test_D13_shows_what_was_prepared_and_sent_newest_first(prepare, open_page):
    prepare(asks.sent, title="一つ目", kind="manual")
    prepare(asks.drafted, title="二つ目", kind="test")
    shown = open_page("broadcasts/list.py").dataframe[0].value
    assert [title.split()[-1] for title in shown["title"]] == ["二つ目", "一つ目"]
    assert list(shown["state"]) == ["下書き", "送信中"]
    assert list(shown["asked"]) == ["0", "5"]


def test_an_empty_list_says_what_to_do(people, open_page):
    app = open_page("broadcasts/list.py")
    assert not app.dataframe
    assert len(app.info) == 1


def test_a_draft_opens_where_it_is_prepared_any_other_where_it_is_watched(prepare, open_page):
    sent = prepare(asks.sent)
    draft = prepare(asks.drafted)
    for row, broadcast, title in ((0, draft, "新しい一斉送信"), (1, sent, sent.title)):
        app = open_row(open_page("broadcasts/list.py"), row)
        assert app.query_params["id"] == str(broadcast.id)
        assert title in app.title[0].value


def test_a_manager_sees_own_and_what_asked_own_people(prepare, people, open_page):
    prepare(asks.sent, title="支社だけ", audience={"people": [people.far.id]})
    prepare(asks.sent, title="全員へ")
    shown = open_page("broadcasts/list.py", people.manager).dataframe[0].value
    assert [title.split()[-1] for title in shown["title"]] == ["全員へ"]


def test_who_has_no_permission_is_told(people, open_page):
    app = open_page("broadcasts/list.py", people.staff)
    assert not app.dataframe
    assert app.warning
