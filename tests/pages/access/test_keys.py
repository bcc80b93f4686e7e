"""API keys as a page (pages/access/keys.py)."""

from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.access import ApiKey
from pages import kit
from services.access import recognise
from tests.factories import account_of


def keys():
    """Return the keys as they stand in the database."""
    with transaction(Actor.system("test")) as tx:
        return tx.execute(select(ApiKey).order_by(ApiKey.id)).scalars().all()


def make(app, name, whose=""):
    """Fill in the form and send it."""
    if whose:
        app.text_input(key="whose").set_value(whose).run()
    next(field for field in app.text_input if field.key.endswith(".name")).set_value(name)
    sets = next(field for field in app.selectbox if field.key.endswith(".set_id"))
    sets.select_index(len(sets.options) - 1)
    next(button for button in app.button if "submit" in (button.key or "")).click().run()
    assert not app.exception
    return app


class TestKeys:
    def test_one_is_made_for_oneself_shown_once_and_works(self, open_page, stage):
        app = make(open_page("access/keys.py"), "給与計算")
        key = app.code[0].value
        with transaction(Actor.system("test")) as tx:
            assert recognise(tx, key).actor.account_id == account_of(tx, stage.administrator).id
        app.run()
        assert key not in [shown.value for shown in app.code]
        shown = app.dataframe[0].value
        assert list(shown["name"]) == ["給与計算"]
        assert key not in shown.to_string()

    def test_one_is_made_for_somebody_who_is_looked_for(self, open_page, stage):
        make(open_page("access/keys.py"), "勤怠", whose="部長")
        with transaction(Actor.system("test")) as tx:
            assert [key.account_id for key in keys()] == [account_of(tx, stage.manager).id]

    def test_one_is_revoked_after_a_question(self, open_page, stage, monkeypatch):
        asked = []

        def confirm(title, will, *, yes, then):  # a dialog is a fragment, which AppTest cannot run alone
            asked.append(will)
            then()

        make(open_page("access/keys.py"), "給与計算")
        monkeypatch.setattr(kit, "confirm", confirm)
        app = open_page("access/keys.py", id=str(keys()[0].id))
        app.button(key="revoke").click().run()
        assert not app.exception
        assert "次のリクエストから拒否" in asked[0]
        assert keys()[0].revoked_at is not None
        assert not open_page("access/keys.py").dataframe, "the list shows living ones first"

    def test_without_permission_it_says_which_one_is_missing(self, open_page, stage):
        app = open_page("access/keys.py", stage.staff)
        assert "APIキーを見る" in app.warning[0].value
