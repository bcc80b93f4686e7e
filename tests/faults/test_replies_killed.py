"""The web process, and PostgreSQL, are killed with SIGKILL while replies come in: what was answered is there."""

import asyncio
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import func, select, text

from bench.replies import kill_all
from bench.replies_client import TEXT, Phones
from bench.replies_crowd import QUESTIONS
from core.actor import Actor
from core.database import committing, transaction
from core.postgres import APP, DATABASE, throwaway_postgres
from data.migrate import migrate
from data.models.delivery import Delivery
from services.broadcasts import EditForm, edit_form
from tests.conftest import product_at
from tests.consoles import free_port
from tests.processes import python, until
from tests.services.broadcasts.asks import sent
from tests.services.delivery.stage import make_crowd

PEOPLE = 1_500
THERE = text("""
    SELECT count(*) FROM unnest(CAST(:ids AS bigint[])) AS answered (id) JOIN delivery USING (id)
    JOIN mailing ON mailing.id = delivery.mailing_id
    JOIN recipient ON recipient.broadcast_id = mailing.broadcast_id AND recipient.person_id = delivery.person_id
    WHERE recipient.latest_answer ->> '4' = CAST(:said AS text) || answered.id AND delivery.state = 'delivered'
""")
COUNTED = text("SELECT sum(answered) FROM reply_count WHERE kind = 'department'")


def system():
    return transaction(Actor.system("test"))


def ask():
    """Ask so many people; return the first and the last number of their links."""
    with system() as tx:
        make_crowd(tx, PEOPLE)
        questions = [{name: value for name, value in one.items() if name != "id"} for one in QUESTIONS]
        form = edit_form(tx, EditForm(name="全部", questions=questions))
        assert [one.id for one in form.questions] == [1, 2, 3, 4], "as the phones of the bench know them"
        sent(tx, form_id=form.id)
        return tx.execute(select(func.min(Delivery.id), func.max(Delivery.id))).one()


def replies_while(kill, first, last):
    """Let phones reply through a web process while ``kill`` does its work with it; return what came of it."""
    port = free_port()
    web = ("-m", "uvicorn", "pages.public.app:app", "--port", str(port), "--no-access-log", "--log-level", "critical")
    with python(*web, RENRAKU_PORT=str(port), RENRAKU_LOG_LEVEL="CRITICAL") as process:
        until(lambda: answers(port), within=60)
        phones = Phones(port=port, connections=8, seconds=60, first=first, last=last)
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(lambda: asyncio.run(phones.send()))
            until(lambda: len(phones.answered) > PEOPLE // 10 or sending.done(), within=60)
            kill(process)
            sending.result(timeout=90)
    return phones


def answers(port):
    """Say whether the web process answers yet."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def check(phones):
    """Everything that was answered is in the database as it was sent, and is counted."""
    with system() as tx:
        assert tx.scalar(THERE, {"ids": phones.answered, "said": TEXT}) == len(phones.answered)
        assert tx.scalar(COUNTED) >= len(phones.answered)
        stored = tx.scalar(text("SELECT count(latest_at) FROM recipient"))
        assert tx.scalar(COUNTED) == stored, "the totals say what is stored"


@pytest.mark.timeout(150)
def test_the_web_process_is_killed(live):
    chance = random.Random(20261123)

    def kill(process):
        time.sleep(chance.uniform(0.0, 0.5))
        process.send_signal(signal.SIGKILL)

    phones = replies_while(kill, *ask())
    assert PEOPLE // 10 < len(phones.answered) < PEOPLE, "it was killed in the middle"
    check(phones)


@pytest.mark.timeout(150)
def test_postgresql_is_killed_and_comes_back(tmp_path, monkeypatch):
    chance = random.Random(20261124)
    with throwaway_postgres() as server:
        migrate(server.owner_url, APP)
        with product_at(server, DATABASE, tmp_path, committing(server.app_url), monkeypatch):

            def kill(_process):
                time.sleep(chance.uniform(0.0, 0.3))
                kill_all(server)
                server.start()

            phones = replies_while(kill, *ask())
            assert phones.others.get("503"), "nobody was told that it could not be saved"
            assert phones.answered[-1] > phones.answered[0]
            check(phones)
