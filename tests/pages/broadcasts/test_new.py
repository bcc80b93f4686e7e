"""A new broadcast, step by step, as a page (pages/broadcasts/new.py, D13, N02)."""

from sqlalchemy import select

from data.models.broadcasts import Broadcast
from pages.broadcasts._sending import begin
from services.broadcasts import Which, show
from tests.services.broadcasts import asks


def field(app, name):
    """Return a field of the first step."""
    kinds = [*app.text_input, *app.text_area, *app.selectbox]
    return next(each for each in kinds if (each.key or "").endswith(f".{name}"))


def newest(tx):
    """Return the broadcast that was made last."""
    row = tx.session.scalars(select(Broadcast).order_by(Broadcast.id.desc()).limit(1)).one()
    return show(tx, Which(id=row.id)).broadcast


class TestText:
    def test_D13_a_template_and_a_form_make_a_draft(self, people, open_page, stored):
        app = open_page("broadcasts/new.py")
        field(app, "title").set_value("秋の訓練")
        template, form = field(app, "template_id"), field(app, "form_id")
        template.set_value(next(option for option in template.options if option == "安否確認の訓練"))
        form.set_value(next(option for option in form.options if option == "安否確認の訓練"))
        app.button(key="draft-new.0.submit").click().run()
        assert not app.exception
        draft = stored(newest)
        assert (draft.title, draft.subject, len(draft.questions)) == ("秋の訓練", "【訓練】{title}", 4)
        assert app.query_params["step"] == "recipients"

    def test_only_purposes_of_a_person_can_be_chosen(self, people, open_page):
        assert field(open_page("broadcasts/new.py"), "kind").options == [
            "テスト配信",
            "安否確認",
            "訓練",
            "アンケート",
            "お知らせ",
        ]

    def test_what_is_missing_is_said_and_nothing_is_kept(self, people, open_page, stored):
        app = open_page("broadcasts/new.py")
        app.button(key="draft-new.0.submit").click().run()
        assert app.error
        assert stored(lambda tx: tx.scalar(select(Broadcast.id))) is None

    def test_an_unknown_field_is_said_beside_it(self, people, open_page):
        app = open_page("broadcasts/new.py")
        field(app, "title").set_value("題")
        field(app, "subject").set_value("件名")
        field(app, "body").set_value("{nmae} 様")
        app.button(key="draft-new.0.submit").click().run()
        assert any("{nmae}" in text.value for text in app.markdown)


class TestRecipients:
    def test_departments_areas_roles_and_lists_are_kept(self, prepare, people, open_page, stored):
        row = prepare(asks.drafted, audience={})
        app = open_page("broadcasts/new.py", id=str(row.id), step="recipients")
        app.multiselect(key=f"audience-{row.id}.departments").set_value([people.head_office.id])
        app.multiselect(key=f"audience-{row.id}.areas").set_value(["13"])
        app.run()
        app.button(key="wizard.step.next").click().run()
        assert not app.exception
        audience = stored(newest).audience
        assert (audience.departments, audience.areas) == ([people.head_office.id], ["13"])
        assert app.query_params["step"] == "rehearsal"

    def test_single_people_are_found_by_name(self, prepare, people, open_page, stored):
        row = prepare(asks.drafted, audience={"people": [people.staff.id]})
        app = open_page("broadcasts/new.py", id=str(row.id), step="recipients")
        app.text_input(key=f"audience-{row.id}.find").set_value("遠方").run()
        chosen = app.multiselect(key=f"audience-{row.id}.people")
        assert chosen.value == [people.staff.id]
        chosen.set_value([people.staff.id, people.far.id]).run()
        app.button(key="wizard.step.next").click().run()
        assert stored(newest).audience.people == [people.staff.id, people.far.id]

    def test_a_manager_chooses_within_reach(self, prepare, people, open_page):
        row = prepare(asks.drafted, people.manager, audience={})
        app = open_page("broadcasts/new.py", people.manager, id=str(row.id), step="recipients")
        assert not app.error
        assert app.multiselect(key=f"audience-{row.id}.departments").options == ["本社", "本社 / 総務部"]

    def test_without_recipients_there_is_no_way_on(self, prepare, open_page):
        row = prepare(asks.drafted, audience={})
        app = open_page("broadcasts/new.py", id=str(row.id), step="rehearsal")
        assert app.button(key="wizard.step.next").disabled


class TestRehearsal:
    def test_N02_says_who_will_and_who_will_not_be_reached_and_why(self, prepare, open_page):
        row = prepare(asks.drafted, kind="test", subject="地震です")
        app = open_page("broadcasts/new.py", id=str(row.id), step="rehearsal")
        assert [metric.value for metric in app.metric][:3] == ["5 名", "4 名", "1 名"]
        people = app.dataframe[0].value
        far = people[people["name"].str.contains("遠方 四郎")].iloc[0]
        assert far["addresses"] == "—"
        assert "メール" in far["reason"]
        assert any("【テスト】地震です" in text.value for text in app.markdown)

    def test_sending_asks_first(self, prepare, open_page, stored):
        row = prepare(asks.drafted)
        app = open_page("broadcasts/new.py", id=str(row.id), step="rehearsal")
        app.button(key="send").click().run()
        assert not app.exception
        assert stored(asks.state_of, row.id) == "draft"

    def test_what_was_sent_already_leads_to_where_it_is_watched(self, prepare, open_page):
        row = prepare(asks.sent)
        app = open_page("broadcasts/new.py", id=str(row.id))
        app.button(key="watch").click().run()
        assert app.title[0].value == row.title

    def test_somebody_elses_draft_is_not_there(self, prepare, people, open_page):
        row = prepare(asks.drafted)
        app = open_page("broadcasts/new.py", people.manager, id=str(row.id))
        assert app.error
        assert not app.text_input


def test_the_body_of_the_dialog_sends_once(prepare, people, sign_in, stored, monkeypatch):
    row = prepare(asks.drafted)
    sign_in(people.administrator)
    went = []
    monkeypatch.setattr("pages.kit.go", lambda *where: went.append(where))
    assert begin(row)
    assert (stored(asks.state_of, row.id), went) == ("sending", [("broadcasts/show.py", {"id": row.id})])
    assert not begin(row)
    assert len(stored(asks.mailings, row.id)) == 1
