"""The desk that takes replies: ready before the first one comes."""

import asyncio

from sqlalchemy import func, select
from structlog.testing import capture_logs

from core.actor import Actor
from core.audit import AuditRecord
from core.database import AWAITED, transaction
from core.line import Line
from core.settings import Settings
from data.models.replies import ReplyStep
from pages.public import desk
from services.broadcasts.storing import STORE
from tests.consoles import free_port

SYSTEM = Actor.system("test")


class TestReady:
    def test_the_first_reply_finds_every_connection_open(self, live):
        async def opened():
            await desk.ready()
            return _open_connections()

        before = _open_connections()
        assert asyncio.run(_then_closed(opened)) - before == AWAITED

    def test_what_comes_with_a_reply_was_sent_on_each_and_stored_nothing(self, live, monkeypatch):
        sent, rows = [], Line.rows

        def spied(line, statement, values, **more):
            sent.append(statement)
            return rows(line, statement, values, **more)

        monkeypatch.setattr(Line, "rows", spied)
        asyncio.run(_then_closed(desk.ready))
        assert sent.count(STORE) == AWAITED
        with transaction(SYSTEM) as tx:
            assert [tx.scalar(select(func.count()).select_from(model)) for model in (ReplyStep, AuditRecord)] == [0, 0]

    def test_a_database_that_is_away_keeps_nothing_from_starting(self, monkeypatch):
        nowhere = Settings(database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
        monkeypatch.setattr(desk, "settings", lambda: nowhere)
        with capture_logs() as lines:
            asyncio.run(_then_closed(desk.ready))
        assert [line["log_level"] for line in lines] == ["error"]


def _open_connections():
    with transaction(SYSTEM) as tx:
        # Of our role: autovacuum comes and goes.
        (found,) = tx.plain(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user", {}
        )
        return found.count


async def _then_closed(work):
    try:
        return await work()
    finally:
        await desk.close()
