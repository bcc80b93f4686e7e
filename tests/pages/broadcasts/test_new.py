"""A new broadcast, step by step, as a page (pages/broadcasts/new.py, D13, N02)."""

from datetime import timedelta

from sqlalchemy import select

from core.clock import jst, now
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


class TestLanguages:
    def test_what_is_written_in_english_is_kept(self, people, open_page, stored):
        app = open_page("broadcasts/new.py")
        app.toggle(key="draft-new.english").set_value(True).run()
        for name, text in {
            "title": "題", "subject": "件名", "body": "{name} 様", "subject_en": "Subject", "body_en": "Dear {name}"
        }.items():  # fmt: skip
            field(app, name).set_value(text)
        app.button(key="draft-new.0.submit").click().run()
        assert not app.exception
        draft = stored(newest)
        assert (draft.subject_en, draft.body_en) == ("Subject", "Dear {name}")

    def test_both_languages_are_shown_before_sending(self, prepare, open_page):
        row = prepare(asks.drafted, subject_en="Subject", body_en="Dear {name}\n{reply_url}")
        app = open_page("broadcasts/new.py", id=str(row.id), step="rehearsal")
        assert [code.value for code in app.code] == ["{name} 様\n{reply_url}", "Dear {name}\n{reply_url}"]
        assert any("Are you safe?" in one.value for one in app.markdown)

    def test_the_english_of_a_template_comes_along_unseen(self, people, open_page, stored):
        app = open_page("broadcasts/new.py")
        field(app, "title").set_value("題")
        field(app, "template_id").set_value("お知らせ")
        app.button(key="draft-new.0.submit").click().run()
        assert stored(newest).subject_en == "Notice: {title}"


class TestPlanning:
    def test_a_moment_is_chosen_said_and_taken_back(self, prepare, open_page, stored):
        row = prepare(asks.drafted)
        app = open_page("broadcasts/new.py", id=str(row.id), step="rehearsal")
        key = f"schedule-{row.id}-{row.version}.0"
        at = (jst(now()) + timedelta(days=1)).replace(tzinfo=None, hour=9, minute=30, second=0, microsecond=0)
        app.get_by_key(f"{key}.send_at").set_value(at)
        app.button(key=f"{key}.submit").click().run()
        assert not app.exception
        assert jst(stored(newest).send_at).replace(tzinfo=None) == at
        assert any(f"{at:%Y/%m/%d %H:%M}" in one.value for one in app.success)
        assert app.button(key="send")
        listed = open_page("broadcasts/list.py").dataframe[0].value
        assert list(listed["send_at"]) == [f"{at:%Y/%m/%d %H:%M}"]
        app = open_page("broadcasts/new.py", id=str(row.id), step="rehearsal")
        app.button(key="unschedule").click().run()
        assert stored(newest).send_at is None

    def test_why_it_was_not_sent_stands_there(self, prepare, open_page, stored):
        row = prepare(asks.drafted)

        def missed(tx):
            draft = tx.get(Broadcast, row.id)
            draft.send_at, draft.scheduled_by = tx.now - timedelta(hours=3), draft.created_by
            tx.session.flush()

        stored(missed)
        app = open_page("broadcasts/new.py", id=str(row.id), step="rehearsal")
        assert any("1時間以上過ぎた" in one.value for one in app.error)

    def test_reminders_are_set_and_of_a_survey_within_the_day(self, prepare, open_page, stored):
        row = prepare(asks.drafted, kind="survey")
        app = open_page("broadcasts/new.py", id=str(row.id), step="rehearsal")
        key = f"reminders-{row.id}-{row.version}.0"
        app.get_by_key(f"{key}.remind_every").set_value(120)
        app.button(key=f"{key}.submit").click().run()
        assert not app.exception
        draft = stored(newest)
        assert (draft.remind_every, draft.remind_most, draft.remind_from, draft.remind_until) == (120, 3, 9, 18)
        assert any("2時間ごとに、最大3回" in one.value for one in app.caption)


class TestCorrection:
    def test_goes_to_the_same_people_without_choosing_any(self, prepare, people, open_page, stored):
        first = prepare(asks.opened, kind="manual", title="地震")
        app = open_page("broadcasts/show.py", id=str(first.id))
        app.button(key="correct").click().run()
        assert not app.exception
        draft = stored(newest)
        assert draft.corrects_id == first.id
        app = open_page("broadcasts/new.py", id=str(draft.id), step="recipients")
        assert any("「地震」の対象者全員" in one.value for one in app.info)
        assert not app.multiselect
        app.button(key="wizard.step.next").click().run()
        assert app.metric[0].value == "5 名"
        assert any("【訂正】" in one.value for one in app.markdown)
        assert any("訂正" in one.value for one in open_page("broadcasts/show.py", id=str(first.id)).markdown)
