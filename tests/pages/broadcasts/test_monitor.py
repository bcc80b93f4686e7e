"""The reply monitor as a page (pages/broadcasts/monitor.py, D14)."""

import pytest

from core.actor import Actor
from core.database import transaction
from services.broadcasts import Which, close
from tests.factories import give_reading, make_account, make_person
from tests.services.broadcasts import asks


def answered(row, person, *values):
    """Store an answer of a person to the first questions."""
    answer = {str(one["id"]): value for one, value in zip(row.questions, values, strict=False)}
    with transaction(Actor.system("test")) as tx:
        asks.replied(tx, row.id, person, answer)


def test_D14_shows_rate_answers_departments_and_people(prepare, people, open_page):
    row = prepare(asks.opened)
    answered(row, people.staff, "無事です", "全員無事です", "出社できません")
    app = open_page("broadcasts/monitor.py", id=str(row.id))
    metrics = {metric.label: metric.value for metric in app.metric}
    assert (metrics["返信率"], metrics["回答済み"], metrics["未回答"]) == ("20.0%", "1 名", "4 名")
    assert len(app.get("plotly_chart")) == 6, "four questions, departments, regions"
    assert not app.dataframe

    app.segmented_control(key="view").set_value("people").run()
    assert app.query_params["view"] == "people"
    assert app.metric
    assert not app.get("plotly_chart")
    listed = app.dataframe[0].value
    staff = listed[listed["name"].str.endswith("社員 三郎")].iloc[0]
    assert {"無事です", "全員無事です", "出社できません"} <= set(staff)
    assert staff["department"] == "本社 / 総務部"


def test_who_has_not_answered_can_be_found(prepare, people, open_page):
    row = prepare(asks.opened)
    answered(row, people.staff, "無事です")
    app = open_page("broadcasts/monitor.py", id=str(row.id))
    app.button(key="missing").click().run()
    assert (app.query_params["view"], app.query_params["who-answered"]) == ("people", "no")
    assert len(app.dataframe[0].value) == 4
    assert not any("社員 三郎" in name for name in app.dataframe[0].value["name"])


def test_a_department_can_be_opened(prepare, people, open_page):
    row = prepare(asks.opened)
    app = open_page("broadcasts/monitor.py", id=str(row.id), department=str(people.head_office.id))
    assert any("本社" in text.value and "部署" in text.value for text in app.markdown)
    app.button(key="up").click().run()
    assert "department" not in app.query_params


@pytest.mark.parametrize("department", ["abc", "²", "-1", "9" * 20])
def test_a_department_that_is_no_number_is_left_out(prepare, open_page, department):
    app = open_page("broadcasts/monitor.py", id=str(prepare(asks.opened).id), department=department)
    assert not app.error
    assert app.metric


def test_reminding_is_offered_only_while_it_is_open_and_somebody_is_missing(prepare, people, open_page):
    sending, opened, closed = prepare(asks.sent), prepare(asks.opened), prepare(asks.opened)
    with transaction(Actor.system("test")) as tx:
        close(tx, Which(id=closed.id))
    for row, offered in ((sending, False), (opened, True), (closed, False)):
        app = open_page("broadcasts/monitor.py", id=str(row.id))
        assert ("broadcasts.remind" in {button.key for button in app.button}) is offered
    everybody = prepare(asks.opened, audience={"people": [people.staff.id]})
    answered(everybody, people.staff, "無事です")
    assert open_page("broadcasts/monitor.py", id=str(everybody.id)).button(key="broadcasts.remind").disabled


def test_a_manager_sees_own_people_only(prepare, people, open_page):
    row = prepare(asks.opened)
    app = open_page("broadcasts/monitor.py", people.manager, id=str(row.id), view="people")
    assert len(app.dataframe[0].value) == 3
    assert {metric.label: metric.value for metric in app.metric}["未回答"] == "3 名"


def test_an_unknown_view_is_the_usual_one(prepare, open_page):
    app = open_page("broadcasts/monitor.py", id=str(prepare(asks.opened).id), view="nonsense")
    assert not app.exception
    assert app.get("plotly_chart")


def test_who_may_not_see_answers_is_offered_no_list_of_people(prepare, people, open_page):
    row = prepare(asks.opened)
    with transaction(Actor.system("test")) as tx:
        looker = make_person(tx, "閲覧", "者")
        give_reading(tx, make_account(tx, looker), "broadcasts.monitor")
    app = open_page("broadcasts/monitor.py", looker, id=str(row.id), view="people")
    assert app.get("plotly_chart")
    assert not app.segmented_control
    assert not app.dataframe
    assert "missing" not in {button.key for button in app.button}


def test_a_draft_says_that_nobody_can_answer_yet(prepare, open_page):
    app = open_page("broadcasts/monitor.py", id=str(prepare(asks.drafted).id))
    assert app.info
    assert not app.metric


def test_who_may_not_see_it_is_told(prepare, people, open_page):
    app = open_page("broadcasts/monitor.py", people.staff, id=str(prepare(asks.opened).id))
    assert app.warning
    assert not app.metric


def test_an_answer_by_phone_is_entered_and_shown(prepare, people, open_page, stored):
    row = prepare(asks.opened)
    key = f"answer-{row.id}-{people.staff.id}"
    first = row.questions[0]
    app = open_page("broadcasts/answer_for.py", id=str(row.id), whom=str(people.staff.id))
    app.get_by_key(f"{key}.0.submit").click().run()
    assert asks_for_answer(app), "the first question needs an answer"
    assert stored(asks.recipient, row.id, people.staff).latest_at is None
    for question in row.questions:
        if question["required"]:
            app.get_by_key(f"{key}.0.q{question['id']}").set_value(question["options"][0])
    app.get_by_key(f"{key}.0.note").set_value("妻から電話")
    app.get_by_key(f"{key}.0.submit").click().run()
    entered = stored(asks.recipient, row.id, people.staff)
    assert (entered.latest_answer[str(first["id"])], entered.note) == (first["options"][0], "妻から電話")
    app = open_page("broadcasts/monitor.py", id=str(row.id), view="people")
    assert any("うち電話での回答：1 名" in text.value for text in app.caption)
    staff = app.dataframe[0].value
    assert "妻から電話" in set(staff[staff["name"].str.contains("三郎")].iloc[0].astype(str))


def asks_for_answer(app):
    """Say whether the form says that something is missing."""
    return any("まだ登録していません" in one.value for one in app.error)
