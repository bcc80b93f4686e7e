"""The rehearsal of telegrams as a page (pages/safety/rehearsal.py, N02)."""

import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.database import transaction
from data.models.broadcasts import Broadcast
from services.safety import Source, TakeTelegram, take_telegram
from tests.services.safety.conftest import make_rule, people_of, sample

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

    def test_asks_for_telegrams_first(self, stage, open_page):
        app = open_page(PAGE)
        assert not app.exception
        assert app.info
        assert not app.metric
