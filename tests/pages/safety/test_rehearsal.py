"""The rehearsal of telegrams as a page (pages/safety/rehearsal.py, N02)."""

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from data.models.broadcasts import Broadcast
from services.safety import Source, TakeTelegram, take_telegram
from tests.services.safety.conftest import make_rule, people_of, quake, sample

PAGE = "safety/rehearsal.py"


@pytest.fixture
def taken(stage):
    """A telegram that came in, a rule that is off, and people in its areas."""
    with transaction(Actor.system("test")) as tx:
        make_rule(tx, enabled=False)
        people_of(tx, ["350", "341", "360"])
        return take_telegram(tx, TakeTelegram(content=sample("a1_VXSE51_first.xml"), source=Source.UPLOAD)).id


class TestRehearsal:
    """What a telegram would start."""

    def test_N02_says_who_would_be_asked_and_sends_nothing(self, taken, open_page):
        app = open_page(PAGE, id=str(taken))
        assert not app.exception
        figures = {metric.label: metric.value for metric in app.metric}
        assert figures["対象者"] == "3 名"
        assert "オフ" in app.subheader[0].value
        with transaction(Actor.system("test")) as tx:
            assert tx.scalar(select(func.count()).select_from(Broadcast)) == 0

    def test_several_events_are_a_broadcast_each_with_its_own_people(self, taken, open_page):
        app = open_page(PAGE)
        files = [("1.xml", quake(1), "text/xml"), ("2.xml", quake(2, 10, _341="7"), "text/xml")]
        app.file_uploader[0].set_value(files).run()
        assert not app.exception
        assert [one.value.split("）")[0] for one in app.subheader] == [
            "震度5-以上（一斉送信1件目", "震度5-以上（一斉送信2件目",
        ]  # fmt: skip
        assert [one.value for one in app.metric if one.label == "対象者"] == ["3 名", "1 名"]
        assert [len(one.value) for one in app.dataframe] == [3, 1]
        assert any("2" in one.value and "再" in one.value for one in app.caption)

    def test_asks_for_telegrams_first(self, stage, open_page):
        app = open_page(PAGE)
        assert not app.exception
        assert app.info
        assert not app.metric
