"""Two-step sign-in, its rules and its removal on the pages (second_factor.py, rules.py, account.py)."""

import pyotp
import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from core.actor import Actor
from core.clock import now
from core.database import transaction
from core.inputs import Nothing
from core.settings import ROOT
from data.models.access import Account, RequiredOf, SecondFactor, SignInRule
from pages.kit import guard
from services.access import actor_of_session, begin_second_factor, confirm_second_factor, hash_of, start_session
from services.access.own_factor import FactorCode
from services.access.second_factor import secret_of

CONSOLE = ROOT / "pages" / "console.py"


def button(app, label):
    """Return a button by its label."""
    return next(one for one in app.button if one.label == label)


@pytest.fixture
def session(stage, monkeypatch):
    """The administrator in a real session, as in a browser."""
    with transaction(Actor.system("test")) as tx:
        account = tx.scalar(select(Account.id).where(Account.login == "admin"))
        token = hash_of(start_session(tx, account))
    monkeypatch.setattr(guard, "actor_source", lambda tx: actor_of_session(tx, token))
    return account


def switch_on(account):
    """Set the second factor of an account up without the page."""
    with transaction(Actor("test", account_id=account)) as tx:
        begin_second_factor(tx, Nothing())
        return confirm_second_factor(tx, FactorCode(code=pyotp.TOTP(secret_of(tx, account)).at(tx.now))).codes


class TestOwn:
    def test_is_set_up_by_a_code_and_shows_the_recovery_codes_once(self, open_page, stage):
        app = open_page("access/second_factor.py", stage.staff)
        app.button(key="begin").click().run()
        secret = app.code[0].value.replace(" ", "")
        app.text_input[0].set_value("000")
        button(app, "オンにする").click().run()
        assert any("コードが違います" in text.value for text in [*app.error, *app.markdown])
        app.text_input[0].set_value(pyotp.TOTP(secret).at(now()))
        button(app, "オンにする").click().run()
        assert len(app.code[0].value.split()) == 10
        app.button(key="kept").click().run()
        assert not app.code
        assert any("リカバリーコード" in one.value for one in app.subheader)

    def test_a_recovery_code_switches_it_off(self, open_page, stage):
        with transaction(Actor.system("test")) as tx:
            account = tx.scalar(select(Account.id).where(Account.login == "staff"))
        codes = switch_on(account)
        app = open_page("access/second_factor.py", stage.staff)
        for typed, text in (("000000", "コードが違うか"), (codes[0], "二段階認証をオフにしました")):
            app.text_input[1].set_value(typed)
            button(app, "オフにする").click().run()
            assert any(text in one.value for one in [*app.error, *app.success])


class TestRequired:
    def test_nothing_else_opens_before_it_is_set_up(self, session):
        app = AppTest.from_file(CONSOLE, default_timeout=20).run()
        assert app.title[0].value != "二段階認証"
        app.switch_page("access/rules.py").run()
        app.selectbox[0].set_value(RequiredOf.ADMINISTRATORS)
        button(app, "保存する").click().run()
        with transaction(Actor.system("test")) as tx:
            assert tx.scalar(select(SignInRule.second_factor)) is RequiredOf.ADMINISTRATORS
        app = AppTest.from_file(CONSOLE, default_timeout=20).run()
        assert app.title[0].value == "二段階認証"
        assert any("必須" in one.value for one in app.warning)
        app.switch_page("people/list.py").run()
        assert any("権限" in one.value for one in app.warning)
        switch_on(session)
        app = AppTest.from_file(CONSOLE, default_timeout=20).run()
        assert app.title[0].value != "二段階認証"


class TestAdministrator:
    def test_removes_it_for_somebody_who_lost_the_phone(self, open_page, stage):
        with transaction(Actor.system("test")) as tx:
            account = tx.scalar(select(Account.id).where(Account.login == "staff"))
        switch_on(account)
        app = open_page("access/account.py", id=str(account))
        app.button(key="access.remove_second_factor").click().run()
        with transaction(Actor.system("test")) as tx:
            assert tx.get(SecondFactor, account) is None
