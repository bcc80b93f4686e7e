"""Telegrams received as a page (pages/safety/telegrams.py and what it is made of, _telegram.py)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import jobs
from core.actor import Actor
from core.database import transaction
from data.models.broadcasts import Broadcast
from data.models.safety import Source, TelegramRecord
from data.models.safety_feeds import EntryState, FeedEntry, FeedName, FeedPage, FeedReading
from services.safety.feeds.web import STATUS
from tests.services.safety.conftest import SAMPLES, make_rule, people_of, sample, take

PAGE = "safety/telegrams.py"


def taken(*names):
    """Take in some of our telegrams under a rule of 5 lower, with people in Tokyo, Saitama and Shizuoka."""
    with transaction(Actor.system("test")) as tx:
        make_rule(tx, "5-", name="震度5弱以上")
        people_of(tx, ["350", "331", "443"])
        return [take(tx, name).id for name in names]


def words(app):
    """Return everything that the page says."""
    parts = [*app.markdown, *app.warning, *app.info, *app.success, *app.error, *app.title, *app.subheader]
    return "\n".join([*[part.value for part in parts], *[html.proto.body for html in app.get("html")]])


def names(app):
    """Return the names in the list, without the sign that they can be opened."""
    return [name.rpartition(": ")[2] for name in app.dataframe[0].value["name"]]


def count(model):
    """Return how many rows a table has."""
    with transaction(Actor.system("test")) as tx:
        return tx.scalar(select(func.count()).select_from(model))


class TestList:
    """What came in."""

    def test_nothing_yet_says_what_to_do(self, open_page):
        assert "ファイルから取り込む" in words(open_page(PAGE))

    def test_shows_the_latest_first_with_what_was_done_and_why(self, open_page, stage):
        taken("a1_VXSE51_first.xml", "a3_VXSE53_detail.xml", "d1_VXSE51_drill.xml")
        app = open_page(PAGE)
        shown = app.dataframe[0].value
        assert names(app) == ["【訓練】震度速報", "震源・震度情報", "震度速報"]
        assert list(shown["verdict"]) == ["送信なし", "対象者を追加", "一斉送信を開始"]
        assert "訓練" in shown["reason"][0]

    def test_can_be_narrowed(self, open_page, stage):
        taken("a1_VXSE51_first.xml", "d1_VXSE51_drill.xml")
        assert names(open_page(PAGE, verdict="opened")) == ["震度速報"]

    def test_without_permission_there_is_a_sentence(self, open_page, stage):
        app = open_page(PAGE, stage.staff)
        assert "権限" in words(app)
        assert not app.title


class TestTakingIn:
    """A telegram from a file."""

    def test_takes_it_in_after_a_question_and_shows_what_was_decided(self, open_page, agreeing):
        with transaction(Actor.system("test")) as tx:
            make_rule(tx, "5-", name="震度5弱以上")
            people_of(tx, ["350"])
        app = open_page(PAGE)
        app.file_uploader[0].set_value(("a1.xml", sample("a1_VXSE51_first.xml"), "text/xml")).run()
        app.button(key="take").click().run()
        assert not app.exception
        assert "すぐにメールが送信されます" in agreeing[0]
        assert "送信を開始しています" in words(app)
        jobs.run_waiting_jobs()
        assert "1人に送信します" in words(app.run())
        assert count(Broadcast) == 1
        with transaction(Actor.system("test")) as tx:
            assert tx.scalar(select(TelegramRecord.source)) is Source.UPLOAD

    def test_the_same_file_again_is_said_to_be_there(self, open_page, stage, agreeing):
        taken("a1_VXSE51_first.xml")
        app = open_page(PAGE)
        app.file_uploader[0].set_value(("a1.xml", sample("a1_VXSE51_first.xml"), "text/xml")).run()
        app.button(key="take").click().run()
        assert "取り込み済み" in words(app)
        assert (count(Broadcast), count(TelegramRecord)) == (1, 1)

    def test_what_is_no_telegram_gets_a_sentence(self, open_page, agreeing):
        app = open_page(PAGE)
        broken = (SAMPLES / "broken" / "bomb.xml").read_bytes()
        app.file_uploader[0].set_value(("bomb.xml", broken, "text/xml")).run()
        app.button(key="take").click().run()
        assert not app.exception
        assert "DTD" in words(app)
        assert count(TelegramRecord) == 0


class TestOne:
    """One telegram."""

    def test_shows_decision_places_and_the_others_of_the_earthquake(self, open_page, stage):
        first, second = taken("a1_VXSE51_first.xml", "a3_VXSE53_detail.xml")
        app = open_page(PAGE, id=str(second))
        said = words(app)
        assert app.title[0].value == "震源・震度情報　2031/05/14 09:18"
        assert "新たに対象となった1人" in said
        assert "東京都２３区" in said
        assert "震度6弱（1）" in said
        assert "震度3以下の地域" in [expander.label for expander in app.expander]
        assert "同じ災害のほかの電文" in said
        assert app.get("page_link")
        assert first != second

    def test_the_way_to_the_broadcast_is_there(self, open_page, stage):
        (only,) = taken("a1_VXSE51_first.xml")
        labels = [button.label for button in open_page(PAGE, id=str(only)).button]
        assert any("東京都で震度6弱の地震" in label for label in labels)

    @pytest.mark.parametrize(
        "name", ["b2_VXSE51_cancel.xml", "c1_VXSE53_unreported.xml", "d1_VXSE51_drill.xml", "e1_VXSE53_distant.xml",
                 "f1_VXSE53_abolished_municipalities.xml", "f4_VXSE53_strange_values.xml", "u1_unknown_kind.xml",
                 "w1_VPWW54_special_warning.xml"],
    )  # fmt: skip
    def test_every_kind_can_be_shown(self, open_page, stage, name):
        (only,) = taken(name)
        assert "結果と理由" in words(open_page(PAGE, id=str(only)))

    @pytest.mark.parametrize("address", ["999999", "x", ""])
    def test_an_address_without_a_telegram_gets_a_sentence(self, open_page, address):
        app = open_page(PAGE, id=address)
        assert words(app)
        assert not app.dataframe


class TestAlerts:
    """Tsunamis and special warnings of one telegram."""

    def test_coasts_by_grade_with_what_is_new(self, open_page, stage):
        (only,) = taken("t4_VTSE41_raised.xml")
        said = words(open_page(PAGE, id=str(only)))
        assert "沿岸ごとの津波の状況" in said
        assert "大津波警報（3）" in said
        assert "青森県太平洋沿岸（新規・引き上げ）" in said

    def test_heights_of_gauges(self, open_page, stage):
        (only,) = taken("t2_VTSE51_observed.xml")
        said = words(open_page(PAGE, id=str(only)))
        assert "釜石（岩手県）" in said
        assert "3.1 m、重要、上昇中" in said
        assert "宮城県（観測中）" in said

    def test_special_warnings_by_kind(self, open_page, stage):
        (only,) = taken("w9_VPWW53_abolished_and_split.xml")
        said = words(open_page(PAGE, id=str(only)))
        assert "暴風特別警報（継続）（1）" in said
        assert "横浜市北部" in said

    def test_an_unknown_kind_is_a_warning(self, open_page, stage):
        (only,) = taken("w17_VPWW55_unknown_code.xml")
        assert "レベル５氾濫特別警報" in open_page(PAGE, id=str(only)).warning[0].value


class TestFeed:
    """Whether telegrams come in by themselves."""

    def test_is_off_at_first_and_switched_on_after_a_question(self, open_page, agreeing):
        app = open_page(PAGE)
        assert "自動受信はオフです" in words(app)
        app.button(key="feed-on").click().run()
        assert not app.exception
        assert "確認なしですぐにメールが送信されます" in agreeing[0]
        assert "毎分自動受信しています" in words(app)
        assert "www.data.jma.go.jp" in words(app)
        app.button(key="feed-off").click().run()
        assert "自動受信はオフです" in words(app)

    def test_what_is_wrong_stands_there(self, open_page, stage):
        with transaction(Actor.system("test")) as tx:
            ago = tx.now - timedelta(minutes=20)
            tx.add(FeedReading(id=1, enabled=True, version=1, switched_at=ago, begins_at=ago, clock_ahead=600))
            tx.add(
                FeedPage(name=FeedName.EQVOL, tried_at=tx.now, read_at=ago, trouble=STATUS,
                         trouble_values={"host": "jma.example", "code": 500})
            )  # fmt: skip
            tx.add(
                FeedEntry(url="http://jma.example/a_VXSE51_1.xml", kind="VXSE51", title="震度速報", issued_at=tx.now,
                          found_at=tx.now, next_at=tx.now, state=EntryState.REFUSED, trouble=STATUS,
                          trouble_values={"host": "jma.example", "code": 404})
            )  # fmt: skip
        app = open_page(PAGE)
        said = words(app)
        assert "復旧するまで自動送信は行われません" in said
        assert "エラー（500）" in said
        assert "「震度速報」を取り込めませんでした" in said
        assert "+10分ずれています" in said

    def test_the_rules_page_says_when_nothing_comes_in(self, open_page):
        assert "自動受信はオフです" in words(open_page("safety/rules.py"))
        with transaction(Actor.system("test")) as tx:
            tx.add(FeedReading(id=1, enabled=True, version=1, switched_at=tx.now - timedelta(hours=1)))
        assert "復旧するまで自動送信は行われません" in words(open_page("safety/rules.py"))
        with transaction(Actor.system("test")) as tx:
            tx.session.get_one(FeedReading, 1).switched_at = tx.now
        assert "自動受信" not in words(open_page("safety/rules.py"))


class TestWaiting:
    """What waits for its moment."""

    @pytest.fixture
    def waits(self, stage):
        with transaction(Actor.system("test")) as tx:
            make_rule(tx, "5-", name="待つ設定", wait_6_lower=10)
            people_of(tx, ["350"])
            return take(tx, "a1_VXSE51_first.xml").id

    def test_D07_stands_above_the_list_with_the_time_left_and_is_sent_on_a_click(self, open_page, agreeing, waits):
        app = open_page(PAGE)
        assert "設定「待つ設定」は、あと" in words(app)
        next(button for button in app.button if button.label.startswith("今すぐ送信")).click().run()
        assert not app.exception
        assert "取り消すことはできません" in agreeing[0]
        jobs.run_waiting_jobs()
        assert count(Broadcast) == 1
        assert "設定「待つ設定」は、あと" not in words(open_page(PAGE))

    def test_is_held_back_by_one_click(self, open_page, waits):
        app = open_page(PAGE, id=str(waits))
        next(button for button in app.button if button.label.startswith("送信しない")).click().run()
        assert not app.exception
        assert "送信を見送っています" in words(app)
        jobs.run_waiting_jobs()
        assert count(Broadcast) == 0


class TestWhy:
    """``safety/why.py``."""

    def test_D07_a_name_is_typed_and_the_sentence_read(self, open_page, stage):
        (only,) = taken("a1_VXSE51_first.xml")
        app = open_page("safety/why.py", telegram=str(only))
        app.text_input(key="why-find").set_value("地域350").run()
        next(button for button in app.button if (button.key or "").startswith("person-")).click().run()
        assert not app.exception
        assert "設定「震度5弱以上」により" in words(app)

    def test_nothing_chosen_says_where_to_begin(self, open_page, stage):
        assert "先に電文または自動一斉送信を開き" in words(open_page("safety/why.py"))

    def test_from_a_person_the_latest_telegrams_are_offered(self, open_page, stage):
        assert "まだ電文が届いていない" in words(open_page("safety/why.py", person=str(stage.manager.id)))
        (only,) = taken("a1_VXSE51_first.xml")
        app = open_page("safety/why.py", person=str(stage.manager.id))
        assert f"telegram={only}&person={stage.manager.id}" in [one.proto.query_string for one in app.get("page_link")]

    def test_a_person_s_page_leads_there(self, open_page, stage):
        app = open_page("people/person.py", id=str(stage.manager.id))
        to = [one.proto.query_string for one in app.get("page_link") if one.proto.label == "この人が対象になった理由"]
        assert to == [f"person={stage.manager.id}"]
