"""Looking as somebody else in the console: the banner, the way out, and clicks on pages that were drawn before."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core import clock
from core.actor import Actor
from core.database import transaction
from core.settings import ROOT
from pages.kit import guard
from services.access import WhichAccount, actor_of_session, hash_of, look_as, start_session
from services.people import show_person
from services.people.show import PersonAsk
from tests.factories import account_of


@pytest.fixture
def opened(stage, monkeypatch):
    """Return a way to open a page in the administrator's browser, asked from its session on every run."""
    with transaction(Actor.system("test")) as tx:
        token = hash_of(start_session(tx, account_of(tx, stage.administrator).id))
    monkeypatch.setattr(guard, "actor_source", lambda tx: actor_of_session(tx, token))

    def open_it(path, **address):
        app = AppTest.from_file(ROOT / "pages" / "console.py", default_timeout=20).run()
        app.switch_page(path)
        app.query_params.update(address)
        app.run()
        assert not app.exception, app.exception
        return app

    def look(person):
        with transaction(Actor.system("test")) as tx:
            account = account_of(tx, person).id
            actor = actor_of_session(tx, token)
        with transaction(actor) as tx:
            look_as(tx, WhichAccount(id=account))

    open_it.look = look
    return open_it


def keys(app):
    return {button.key for button in app.button}


def test_begins_on_the_account_and_ends_by_the_banner_which_is_on_every_page(opened, stage):
    with transaction(Actor.system("test")) as tx:
        account = account_of(tx, stage.manager).id
    app = opened("access/account.py", id=str(account))
    app.button(key="look").click().run()
    assert not app.exception
    for path in ("people/list.py", "access/accounts.py"):
        app = opened(path)
        assert any("部長 太郎" in one.value and "変更できません" in one.value for one in app.markdown)
    assert app.warning, "the manager may not see accounts"
    app.button(key="stop-looking").click().run()
    assert "stop-looking" not in keys(opened("access/accounts.py"))


def test_what_is_clicked_is_refused(opened, stage):
    opened.look(stage.manager)
    app = opened("people/person.py", id=str(stage.staff.id))
    next(field for field in app.text_input if field.key.endswith(".given_name")).set_value("五郎")
    next(button for button in app.button if (button.key or "").endswith(".submit")).click().run()
    assert not app.exception
    assert any("変更できません" in one.value for one in app.error)
    assert name_of(stage.staff) == "社員 三郎"


def test_a_click_on_a_page_drawn_before_it_ended_does_nothing(opened, stage):
    opened.look(stage.manager)
    app = opened("people/person.py", id=str(stage.staff.id))
    next(field for field in app.text_input if field.key.endswith(".given_name")).set_value("五郎")
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        next(button for button in app.button if (button.key or "").endswith(".submit")).click().run()
        assert not app.exception
        assert "stop-looking" not in keys(app)
        assert name_of(stage.staff) == "社員 三郎", "an administrator's click would have changed it"


def name_of(person):
    with transaction(Actor.system("test")) as tx:
        return show_person(tx, PersonAsk(id=person.id)).name
