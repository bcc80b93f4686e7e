"""Applying and deciding as pages (pages/applications/mine.py, pages/applications/inbox.py)."""

from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from core.jobs import run_waiting_jobs
from data.models.delivery import LocalMail
from data.models.people import ContactKind, ContactPoint, Person

SYSTEM = Actor.system("test")


def applied(open_page, stage):
    """Let the staff member apply for another address; return the page."""
    app = open_page("applications/mine.py", stage.staff)
    app.get_by_key("application-new.0.address").set_value("新しい町1")
    app.get_by_key("application-new.0.submit").click().run()
    return app


def address(stage):
    """Return the address that is kept of the staff member."""
    with transaction(SYSTEM) as tx:
        return tx.scalar(select(Person.address).where(Person.id == stage.staff.id))


def test_an_application_is_approved_and_the_person_told(open_page, stage):
    with transaction(SYSTEM) as tx:
        tx.add(ContactPoint(person_id=stage.staff.id, kind=ContactKind.MAIL, value="staff@example.jp"))
    app = applied(open_page, stage)
    assert [one.value for one in app.success] == ["申請しました。事務局の承認をお待ちください。"]
    assert app.get_by_key("withdraw")
    app = open_page("applications/inbox.py", stage.manager)
    app.checkbox[0].check().run()
    app.button(key="approve").click().run()
    assert [one.value for one in app.success] == ["1件の申請を処理しました。"]
    assert address(stage) == "新しい町1"
    run_waiting_jobs()
    with transaction(SYSTEM) as tx:
        mail = tx.scalar(select(LocalMail))
    assert (mail.recipient, mail.subject) == ("staff@example.jp", "プロフィール申請が承認されました")


def test_an_application_is_sent_back_with_a_reason(open_page, stage):
    applied(open_page, stage)
    app = open_page("applications/inbox.py")
    app.checkbox[0].check().run()
    app.text_area[0].set_value("番地が足りません")
    next(one for one in app.button if one.label == "差し戻す").click().run()
    assert [one.value for one in app.success] == ["1件の申請を処理しました。"]
    assert address(stage) == ""
    app = open_page("applications/mine.py", stage.staff)
    assert any("番地が足りません" in one.value for one in app.markdown)


def test_everybody_has_the_page_and_nobody_without_permission_the_inbox(open_page, stage):
    assert [one.value for one in open_page("applications/mine.py", stage.staff).info] == ["まだ申請はありません。"]
    assert open_page("applications/inbox.py", stage.staff).warning
    assert not open_page("access/mine.py", stage.staff).exception
