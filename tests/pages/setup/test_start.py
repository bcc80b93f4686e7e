"""The first page of an empty installation (pages/setup/start.py, N01)."""

import pytest
from streamlit.testing.v1 import AppTest

from core.actor import Actor
from core.database import transaction
from core.settings import ROOT
from pages.kit import outside
from services import access, setup

PASSWORD = "雨の日は家で本を読みます"


@pytest.fixture
def code(live):
    """The code that the terminal shows."""
    with transaction(Actor.system("test")) as tx:
        return setup.new_code(tx)


@pytest.fixture
def app(code, monkeypatch):
    """The page in a browser with its pre-cookie."""
    monkeypatch.setattr(outside, "browser_hash", lambda: "ab" * 32)
    return AppTest.from_file(ROOT / "pages" / "setup" / "start.py", default_timeout=20).run()


def fill(app, **values):
    """Type into the form by field name and send it."""
    for name, value in values.items():
        next(field for field in app.text_input if field.key.endswith(f".{name}")).set_value(value)
    return app.button[-1].click().run()


def filled(code, **changed):
    """Return what a person would type."""
    typed = {"code": code, "family_name": "初瀬", "given_name": "花子", "login": "hanako", "password": PASSWORD}
    return typed | changed


def is_made():
    """Say whether there is an account."""
    with transaction(Actor.system("test")) as tx:
        return access.has_accounts(tx)


class TestStart:
    """The form."""

    def test_N01_makes_the_organisation(self, app, code):
        fill(app, **filled(code))
        assert not app.exception
        assert app.success
        assert is_made()

    def test_a_wrong_code_says_where_the_right_one_stands(self, app, code):
        fill(app, **filled("AAAA-AAAA"))
        assert "ターミナル" in app.error[0].value
        assert not is_made()

    def test_a_weak_password_is_said_in_words(self, app, code):
        fill(app, **filled(code, password="short"))
        assert app.error
        assert not is_made()

    def test_asks_for_the_name_of_the_organisation_only_when_it_is_ones_own(self, app):
        assert not [field for field in app.text_input if field.key.endswith(".organisation")]
        app.radio(key="start_with").set_value(setup.StartWith.EMPTY).run()
        assert [field for field in app.text_input if field.key.endswith(".organisation")]

    def test_without_cookies_it_says_so(self, app, monkeypatch):
        monkeypatch.setattr(outside, "browser_hash", lambda: None)
        app.run()
        assert app.error
        assert not app.text_input
