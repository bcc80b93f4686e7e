"""The desk that takes replies: ready before the first one comes, and takes them together."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select
from structlog.testing import capture_logs

from core.audit import AuditRecord
from core.database import AWAITED, transaction
from core.line import Line
from core.settings import Settings
from data.models.replies import ReplyStep
from pages.public import desk
from pages.public.desk import take
from services.broadcasts.storing import STORE
from tests.consoles import free_port
from tests.public.asked import SYSTEM, Asked


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


class TestTogether:
    def test_replies_of_many_people_share_few_commits(self, browser, monkeypatch):
        batches = []

        def counted(tx, sent, known):
            batches.append(len(sent))
            return take(tx, sent, known)

        monkeypatch.setattr(desk, "take", counted)
        everybody = [Asked() for _person in range(12)]
        barrier = Barrier(12)

        def phone(asked):
            barrier.wait(timeout=10)
            return browser.post(asked.url, data={asked.keys[0]: "無事です"}).status_code

        with ThreadPoolExecutor(12) as pool:
            assert list(pool.map(phone, everybody)) == [303] * 12
        assert sum(batches) == 12
        assert len(batches) < 12
        assert all(asked.stored().answers == 1 for asked in everybody)

    def test_one_reply_that_breaks_fails_alone(self, browser, monkeypatch):
        good, bad = Asked(), Asked()

        def breaking(tx, sent, known):
            if any(one.delivery_id == bad.delivery_id for one in sent):
                raise ValueError("this one cannot be stored")
            return take(tx, sent, known)

        monkeypatch.setattr(desk, "take", breaking)
        barrier = Barrier(2)

        def phone(asked):
            barrier.wait(timeout=10)
            return browser.post(asked.url, data={asked.keys[0]: "無事です"}).status_code

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(phone, (good, bad))) == [303, 503]
        assert good.stored().answers == 1
        assert bad.stored().latest_at is None


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
