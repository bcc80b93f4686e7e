"""The operations plan as a page (pages/setup/plan.py), and what becomes of pages that are not in use (X01)."""

import pytest

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from data.models.broadcasts import BroadcastKind, BroadcastState
from pages.setup import _contacts
from services.setup import FeatureUse, contacts, use_feature
from services.setup.contacts import seed_contacts
from services.setup.features import FEATURES
from tests.services.setup.test_plan import broadcast

PAGE = "setup/plan.py"


def words(app) -> str:
    """Return everything that the page says."""
    kinds = (app.markdown, app.caption, app.info, app.success, app.warning, app.error, app.title, app.subheader)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def system():
    return transaction(Actor.system("test"))


class TestFeatures:
    def test_X01_a_click_takes_a_feature_out_of_menu_and_pages_and_another_brings_it_back(self, open_page, stage):
        app = open_page(PAGE)
        app.button(key="use-webhooks").click().run()
        assert "「Webhook」を使わないようにしました" in words(app)
        hidden = open_page("webhooks/endpoints.py")
        assert [one.value for one in hidden.title] == ["Webhook"]
        assert "現在使っていません" in words(hidden)
        assert "運用検討" in words(hidden)
        app = open_page(PAGE)
        app.button(key="use-webhooks").click().run()
        assert "現在使っていません" not in words(open_page("webhooks/endpoints.py"))

    def test_who_may_not_see_the_page_anyway_is_told_so_and_nothing_else(self, open_page, stage):
        with system() as tx:
            use_feature(tx, FeatureUse(feature="webhooks", used=False))
        app = open_page("webhooks/endpoints.py", stage.staff)
        assert "権限" in words(app)
        assert "使っていません" not in words(app)

    def test_what_still_runs_is_said(self, open_page, stage):
        with system() as tx:
            broadcast(tx, BroadcastKind.MANUAL, BroadcastState.SENDING)
        app = open_page(PAGE)
        app.button(key="use-notices").click().run()
        assert "先に終了してください" in words(app)

    def test_who_may_not_is_told(self, open_page, stage):
        assert open_page(PAGE, stage.manager).warning


class TestContacts:
    @pytest.fixture(autouse=True)
    def seeded(self, live):
        with system() as tx:
            seed_contacts(tx)

    def test_is_made_changed_and_deleted_where_it_stands(self, open_page, monkeypatch):
        app = open_page(PAGE, step="contacts")
        app.button(key="new").click().run()
        app.get_by_key("contact-new.0.name").set_value("給与明細の案内")
        app.get_by_key("contact-new.0.submit").click().run()
        assert not app.exception
        assert "機能が未選択です" in words(app)
        with system() as tx:
            made = contacts(tx, Nothing())[-1]
        app.button(key=f"edit-{made.id}").click().run()
        app.get_by_key(f"contact-{made.id}-1.0.feature").set_value("notices")
        app.get_by_key(f"contact-{made.id}-1.0.submit").click().run()
        assert "機能が未選択です" not in words(app)
        monkeypatch.setattr(_contacts.kit, "confirm", lambda *_asked, yes, then: then())
        app.button(key=f"delete-{made.id}").click().run()
        with system() as tx:
            assert "給与明細の案内" not in {row.name for row in contacts(tx, Nothing())}

    def test_one_whose_feature_is_not_in_use_says_so(self, open_page):
        with system() as tx:
            use_feature(tx, FeatureUse(feature="network", used=False))
        assert "「連絡網」は使っていません" in words(open_page(PAGE, step="contacts"))


def test_the_last_step_shows_what_follows_and_where_to_go_on(open_page, stage):
    with system() as tx:
        use_feature(tx, FeatureUse(feature="safety", used=False))
    said = words(open_page(PAGE, step="follows"))
    assert "所属地域の設定" not in said
    assert "アカウント情報の登録" in said
    assert "法人マスタを入力" in said
    with system() as tx:
        for feature in FEATURES:
            use_feature(tx, FeatureUse(feature=feature.key, used=False))
    assert "1つ以上選んで" in words(open_page(PAGE, step="follows"))
