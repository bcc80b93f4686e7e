"""Home and the notices as pages (pages/home/today.py, pages/home/notices.py)."""

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing, validated
from pages import kit
from pages.kit.menu import PAGES
from services.home import EditedNotice, NoticesAsk, edit_notice, notices, own_notices
from services.setup import headcount
from tests.factories import actor_of


def acts(person):
    with transaction(Actor.system("test")) as tx:
        return actor_of(tx, person)


def publish(stage, **values):
    with transaction(acts(stage.administrator)) as tx:
        edit_notice(tx, validated(EditedNotice, {"title": "停電", "text": "明日 9 時から\n*本社* のみ", **values}))


def kept(stage):
    with transaction(acts(stage.administrator)) as tx:
        return notices(tx, NoticesAsk()).rows


def links(app):
    """Return the page links of a page by what they say."""
    return {one.proto.label: one.proto for one in app.get("page_link")}


class TestToday:
    """Its own page: pages/home/today.py."""

    def test_everybody_lands_here(self, open_page, stage):
        assert PAGES[0].path == "home/today.py"
        assert PAGES[0].listed
        assert not PAGES[0].processes

    def test_shows_what_waits_with_the_way_there_and_the_next_step_of_the_setup(self, open_page):
        app = open_page("home/today.py")
        assert app.title[0].value == "ホーム"
        (sender,) = [one for label, one in links(app).items() if "送信元が未設定" in label]
        assert sender.page == "delivery-sender"
        assert any("次のステップ" in one.value for one in app.markdown)
        app.get_by_key("next-step").click().run()
        assert app.title[0].value != "ホーム"
        assert not app.exception

    def test_where_nothing_waits_it_says_so_kindly_with_ways_on(self, open_page, stage):
        app = open_page("home/today.py", stage.staff)
        assert "いま対応が必要なことはありません。" in [one.value for one in app.success]
        assert "マイページ" in links(app)
        assert not [one for one in app.button if one.key in {"guide", "next-step"}]

    def test_a_notice_is_unread_until_one_says_so(self, open_page, stage):
        publish(stage)
        app = open_page("home/today.py", stage.staff)
        assert "お知らせ（未読1件）" in [one.value for one in app.subheader]
        (read,) = [one for one in app.button if one.key.startswith("read-")]
        read.click().run()
        assert "お知らせ" in [one.value for one in app.subheader]
        assert any("停電" in one.value for one in app.expander[0].markdown)
        with transaction(acts(stage.staff)) as tx:
            assert own_notices(tx, Nothing()).unread == 0


class TestNotices:
    """Its own page: pages/home/notices.py."""

    def test_one_is_written_for_a_department_changed_and_retired(self, open_page, stage, monkeypatch):
        monkeypatch.setattr(kit, "confirm", lambda _title, _will, *, yes, then: then())
        app = open_page("home/notices.py", id="new")
        app.get_by_key("notice-new.0.title").set_value("断水")
        app.get_by_key("notice-new.0.text").set_value("支社のみ")
        app.get_by_key("notice-new.0.department_id").set_value(stage.branch.id)
        app.get_by_key("notice-new.0.submit").click().run()
        (row,) = kept(stage)
        assert (row.title, row.department, row.version) == ("断水", "支社", 1)

        app = open_page("home/notices.py", id=str(row.id))
        app.get_by_key(f"notice-{row.id}-1.0.title").set_value("断水の延期")
        app.get_by_key(f"notice-{row.id}-1.0.submit").click().run()
        assert kept(stage)[0].title == "断水の延期"

        app.get_by_key(f"retire-{row.id}").click().run()
        assert kept(stage)[0].retired_at is not None
        assert not app.exception

    def test_is_not_shown_to_who_may_not(self, open_page, stage):
        assert open_page("home/notices.py", stage.manager).warning


class TestLargeOrganisation:
    """The setup of many people is not counted while somebody waits."""

    def test_says_what_the_job_saw(self, open_page, stage, monkeypatch):
        monkeypatch.setattr(headcount, "LARGE", 1)
        app = open_page("home/today.py")
        assert not [one for one in app.button if one.key == "next-step"]
        headcount.count_regularly()
        app = open_page("home/today.py")
        assert [one for one in app.button if one.key == "next-step"]
        assert any("現在" in one.value for one in app.caption)
