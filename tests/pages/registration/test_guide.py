"""The page registration/guide.py: choosing whom, sending, printing, states, text."""

from sqlalchemy import func, select

from core import jobs
from core.actor import Actor
from core.database import transaction
from data.models.people import ContactPoint
from data.models.registration_guides import GuideText, RegistrationGuide

GUIDE = "registration/guide.py"


def count(model):
    with transaction(Actor.system("test")) as tx:
        return tx.scalar(select(func.count()).select_from(model))


def test_D11_mails_go_out_pages_are_printed_and_the_states_are_listed(open_page, stage):
    with transaction(Actor.system("test")) as tx:
        tx.add(ContactPoint(person_id=stage.staff.id, kind="mail", value="staff@example.jp"))
    app = open_page(GUIDE)
    assert [one.value for one in app.metric] == ["5人", "1人", "4人"]
    app.get_by_key("guide-mail.0.submit").click().run()
    assert count(RegistrationGuide) == 1
    app = open_page(GUIDE)
    assert "24時間以内" in app.warning[0].value
    app.get_by_key("guide-print.0.submit").click().run()
    jobs.run_waiting_jobs()
    app = open_page(GUIDE, view="files")
    assert any("4人" in one.value for one in app.markdown)
    app.button(key="drop-1").click().run()
    assert not app.exception
    assert any("削除済み" in one.value for one in app.caption)
    app = open_page(GUIDE, view="states")
    assert not app.exception
    assert count(RegistrationGuide) == 5


def test_one_person_with_a_sample_of_the_page_as_a_manager_sees_it(open_page, stage):
    app = open_page(GUIDE, stage.manager, whose=str(stage.staff.id))
    assert "使えるメールアドレスのある人がいません" in app.info[0].value
    app.toggle(key="guide-sample").set_value(True).run()
    assert any("data:image/png" in one.value for one in app.html)
    assert app.segmented_control[0].options == ["案内する", "案内の状況", "印刷用ファイル"]
    app = open_page(GUIDE, stage.manager, whose=str(stage.far.id))
    assert "案内する人がいません" in app.info[0].value


def test_the_text_is_a_sample_until_somebody_saves(open_page, stage):
    app = open_page(GUIDE, view="text")
    app.get_by_key("guide-text-ja-0.0.contact").set_value("総務部 内線1234")
    app.get_by_key("guide-text-ja-0.0.submit").click().run()
    assert count(GuideText) == 1
