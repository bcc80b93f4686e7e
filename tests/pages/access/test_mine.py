"""The own account, the sign-in and the console around all pages (pages/access/mine.py, sign_in.py, console.py)."""

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from core.actor import Actor
from core.database import transaction
from core.settings import ROOT
from data.models.access import Account, SignInSession
from data.models.people import Person
from pages.kit import guard
from pages.kit.menu import PAGES
from services.access import hash_of, is_living, start_session, stop_accounts_of
from services.access.passwords import matches
from tests.factories import hash_of_password
from tests.services.delivery.stage import open_one

OLD, NEW = "my dog eats green apples", "my cat eats blue cheese"
CONSOLE = ROOT / "pages" / "console.py"


def password_of(login):
    """Return the hash that is stored."""
    with transaction(Actor.system("test")) as tx:
        return tx.scalar(select(Account.password_hash).where(Account.login == login))


def living(hashes):
    """Return which of these cookies open the console."""
    with transaction(Actor.system("test")) as tx:
        return [is_living(tx, one) for one in hashes]


@pytest.fixture
def mine(open_page, stage):
    """The page of the staff member, whose password is OLD."""
    with transaction(Actor.system("test")) as tx:
        tx.scalar(select(Account).where(Account.login == "staff")).password_hash = hash_of_password(OLD)
    return open_page("access/mine.py", stage.staff, view="sign-in")


def fill(app, current, new):
    """Fill the password form and send it."""
    app.text_input[0].set_value(current)
    app.text_input[1].set_value(new)
    next(button for button in app.button if button.label == "パスワードを変更する").click().run()


class TestMine:
    def test_changes_the_password(self, mine):
        fill(mine, OLD, NEW)
        assert any("パスワードを変更しました" in text.value for text in mine.success)
        assert matches(NEW, password_of("staff"))

    def test_each_language_is_written_as_its_readers_write_it(self, open_page, stage):
        app = open_page("access/mine.py", stage.staff, view="settings")
        assert app.selectbox[0].options == ["日本語", "English"]

    @pytest.mark.parametrize(("current", "new", "sentence"), [
        ("wrong", NEW, "現在のパスワードが違います"), (OLD, "short", "12文字以上"), ("", NEW, "現在のパスワード"),
    ])  # fmt: skip
    def test_says_what_is_wrong(self, mine, current, new, sentence):
        fill(mine, current, new)
        assert any(sentence in text.value for text in [*mine.error, *mine.markdown])
        assert matches(OLD, password_of("staff"))

    def test_speaks_the_other_language_at_once(self, open_page, stage):
        app = open_page("access/mine.py", stage.staff, view="settings")
        app.selectbox[0].set_value("en")
        next(button for button in app.button if button.label == "この言語にする").click().run()
        assert app.title[0].value == "My page"

    def test_shows_the_own_record_and_nobody_elses(self, open_page, stage):
        shown = " ".join(one.proto.body for one in open_page("access/mine.py", stage.staff).get("html"))
        assert stage.staff.code in shown
        assert "総務部" in shown
        assert stage.far.code not in shown

    def test_the_own_browsers_are_signed_out_one_by_one_or_all_others(self, open_page, stage):
        with transaction(Actor.system("test")) as tx:
            account = tx.scalar(select(Account.id).where(Account.login == "staff"))
            agents = ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36", "x", "x")
            tokens = [hash_of(start_session(tx, account, user_agent=agent)) for agent in agents]
            theirs = start_session(tx, tx.scalar(select(Account.id).where(Account.login == "manager")))
            first = tx.scalar(select(SignInSession.id).where(SignInSession.token_hash == tokens[0]))
        app = open_page("access/mine.py", stage.staff, view="sign-in")
        assert any("Chrome, Windows" in one.value for one in app.markdown)
        app.button(key=f"end-{first}").click().run()
        assert living(tokens) == [False, True, True]
        app.button(key="others").click().run()
        assert living([*tokens, hash_of(theirs)]) == [False, False, False, True]


def test_what_was_sent_to_oneself_has_a_way_to_answer(open_page, stage):
    with transaction(Actor.system("test")) as tx:
        open_one(tx, people=select(Person.id).where(Person.id == stage.staff.id), subject="訓練")
    app = open_page("access/mine.py", stage.staff, view="messages")
    assert any("訓練" in one.value and "非送信" in one.value for one in app.markdown)
    assert [one.proto.label for one in app.get("link_button")] == ["回答する"]
    assert not open_page("access/mine.py", stage.manager, view="messages").get("link_button")


class TestConsole:
    def test_nobody_gets_the_sign_in_wherever_he_comes(self, open_page, stage, sign_in):
        app = open_page("access/mine.py", stage.staff)
        sign_in(None)
        app.run()
        assert [field.label for field in app.text_input] == ["ログインID", "パスワード"]
        assert not app.sidebar.button

    def test_an_account_that_was_stopped_gets_it_with_the_next_run(self, open_page, stage, monkeypatch):
        app = open_page("access/mine.py", stage.staff)
        with transaction(Actor.system("test")) as tx:
            stop_accounts_of(tx, [stage.staff.id])
        monkeypatch.setattr(guard, "actor_source", lambda tx: None)
        app.run()
        assert app.text_input(key="login")

    def test_signing_in_without_cookies_says_what_to_do(self, stage, sign_in):
        sign_in(None)
        app = AppTest.from_file(CONSOLE, default_timeout=20).run()
        app.text_input(key="login").set_value("admin")
        app.text_input(key="password").set_value(OLD)
        app.button(key="submit").click().run()
        assert any("Cookie" in text.value for text in app.error)

    def test_a_fault_is_an_id_and_no_stack_trace(self, stage, monkeypatch):
        def broken(tx):
            raise RuntimeError("a secret of the code")

        monkeypatch.setattr(guard, "actor_source", broken)
        app = AppTest.from_file(CONSOLE, default_timeout=20).run()
        assert not app.exception
        assert "a secret" not in app.error[0].value
        assert "番号" in app.error[0].value


def test_the_sign_in_is_no_page_of_the_menu():
    assert "access/sign_in.py" not in {entry.path for entry in PAGES}
