"""Accounts as pages (pages/access/accounts.py, pages/access/account.py)."""

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from services.access import hash_of, invited, is_living, start_session
from tests.factories import make_person
from tests.pages.grids import pick


def account_id(login):
    """Return an account's number."""
    with transaction(Actor.system("test")) as tx:
        return tx.scalar(select(Account.id).where(Account.login == login))


def read(statement):
    """Read a value from the test's database."""
    with transaction(Actor.system("test")) as tx:
        return tx.scalar(statement)


def said(app):
    """Return all sentences on the page."""
    return [one.value for kind in ("success", "info", "warning", "error", "markdown") for one in getattr(app, kind)]


@pytest.fixture
def opened(open_page):
    """Return a way to open the page of one account."""
    return lambda login, person=None: open_page("access/account.py", person, id=str(account_id(login)))


class TestList:
    def test_shows_who_may_what(self, open_page):
        shown = open_page("access/accounts.py").dataframe[0].value
        assert list(shown["login"]) == ["admin", "crisis", "staff", "manager"]
        assert set(shown["status"]) == {"利用中"}

    def test_an_account_is_opened_for_somebody_who_has_none(self, open_page):
        with transaction(Actor.system("test")) as tx:
            person = make_person(tx, "新人", "五郎", kana=("シンジン", "ゴロウ"), code="N1").id
        app = open_page("access/accounts.py")
        app.text_input(key="candidate").set_value("シンジン").run()
        login = next(field for field in app.text_input if field.key.startswith(f"open-{person}."))
        login.set_value("goro")
        next(button for button in app.button if "submit" in (button.key or "")).click().run()
        assert not app.exception
        assert app.title[0].value == "新人 五郎 (N1)"
        assert read(select(Account.status).where(Account.login == "goro")) is AccountStatus.INVITED

    def test_nobody_is_found_who_has_one(self, open_page):
        app = open_page("access/accounts.py")
        app.text_input(key="candidate").set_value("社員").run()
        assert any("アカウントのない人の中に、該当する人はいません" in text for text in said(app))

    def test_the_same_set_is_given_to_all_that_were_picked(self, open_page, stage):
        with transaction(Actor.system("test")) as tx:
            given = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "crisis_manager"))
        app = pick(open_page("access/accounts.py"), 2, 3)
        app.selectbox(key="assign-many.0.set_id").set_value(given)
        app.selectbox(key="assign-many.0.reach").set_value(ReachKind.WHOLE)
        app.button(key="assign-many.0.submit").click().run()
        assert any("2件に付与しました" in text for text in said(app)), said(app)
        whole = PermissionAssignment.reach == ReachKind.WHOLE
        assert read(select(func.count()).where(PermissionAssignment.set_id == given, whole)) == 2

    def test_without_permission_it_says_which_one_is_missing(self, open_page, stage):
        app = open_page("access/accounts.py", stage.staff)
        assert any("アカウントの閲覧" in text.value for text in app.warning)
        assert not app.dataframe


class TestAccount:
    def test_the_link_is_shown_once_and_works(self, opened):
        app = opened("staff")
        app.button(key="invite").click().run()
        url = app.code[0].value
        with transaction(Actor.system("test")) as tx:
            assert invited(tx, url.partition("token=")[2]).login == "staff"
        assert not app.run().code

    def test_stopping_ends_sessions_and_the_account_can_be_opened_again(self, opened):
        with transaction(Actor.system("test")) as tx:
            token = hash_of(start_session(tx, account_id("staff")))
        app = opened("staff")
        app.button(key="access.stop").click().run()
        assert "アカウントを停止しました。" in said(app)
        with transaction(Actor.system("test")) as tx:
            assert not is_living(tx, token)
        app.button(key="access.reopen").click().run()
        assert "アカウントを再開しました。" in said(app)
        assert read(select(Account.status).where(Account.login == "staff")) is AccountStatus.INVITED

    def test_signing_out_everywhere(self, opened):
        with transaction(Actor.system("test")) as tx:
            token = hash_of(start_session(tx, account_id("staff")))
        app = opened("staff")
        app.button(key="access.sign_out_everywhere").click().run()
        with transaction(Actor.system("test")) as tx:
            assert not is_living(tx, token)

    def test_the_own_account_cannot_be_stopped(self, opened):
        app = opened("admin")
        app.button(key="access.stop").click().run()
        assert any("自分のアカウントは停止できません" in text.value for text in app.error)

    def test_a_set_is_given_and_taken_away(self, opened, stage):
        app = opened("staff")
        choices = {box.label.partition("（")[0]: box for box in app.selectbox}
        wanted = read(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))
        choices["権限セット"].set_value(wanted)
        choices["部署"].set_value(stage.branch.id)
        next(button for button in app.button if "submit" in (button.key or "")).click().run()
        assert any("付与しました" in text for text in said(app))
        given = read(select(PermissionAssignment.id).where(PermissionAssignment.account_id == account_id("staff")))
        app.button(key=f"take-{given}").click().run()
        assert any("取り消しました" in text for text in said(app))
        assert read(select(PermissionAssignment.id).where(PermissionAssignment.id == given)) is None

    def test_the_last_administrator_keeps_the_set(self, opened):
        given = read(select(PermissionAssignment.id).where(PermissionAssignment.account_id == account_id("admin")))
        app = opened("admin")
        app.button(key=f"take-{given}").click().run()
        assert any("最後のシステム管理者" in text.value for text in app.error)
        assert read(select(PermissionAssignment.id).where(PermissionAssignment.id == given)) == given

    @pytest.mark.parametrize("number", ["0", "x", ""])
    def test_an_address_that_names_none_is_a_sentence(self, open_page, number):
        app = open_page("access/account.py", id=number)
        assert len(app.info) == 1
