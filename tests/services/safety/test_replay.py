"""``manage.py safety replay FILE…``, and the worker that sends what it opened (D07).

Once for each end as a process of its own, which takes seconds to start; else in this one.
"""

import os
import re
import subprocess
import sys

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs
from typer.testing import CliRunner

import manage
from core import jobs
from core.actor import Actor
from core.database import transaction
from core.i18n import using_language
from core.settings import ROOT, settings
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.delivery import LocalMail
from data.models.safety import Source, TelegramRecord
from data.models.setup import Organisation
from tests.services.safety.conftest import JMA, SAMPLES, make_rule, people_of

FIRST, DETAIL = SAMPLES / "a1_VXSE51_first.xml", SAMPLES / "a3_VXSE53_detail.xml"


@pytest.fixture
def process(live):
    """Return how the command ends as a process: exit code, what it says, what it complains about."""

    def run(*files):
        environment = os.environ | {"DATABASE_OWNER_URL": live.owner_url, "PYTHONIOENCODING": "utf-8", "COLUMNS": "240"}
        command = [sys.executable, str(ROOT / "manage.py"), "safety", "replay", *map(str, files)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=90, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def replay(live, monkeypatch):
    """Return the same of the command in this process, where a stack trace would be an exception."""
    monkeypatch.setenv("DATABASE_OWNER_URL", live.owner_url)
    settings.cache_clear()

    def run(*files):
        with using_language("ja"), capture_logs():  # which a process writes elsewhere
            done = CliRunner(env={"COLUMNS": "240"}).invoke(manage.app, ["safety", "replay", *map(str, files)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


@pytest.fixture
def ready(live):
    """A rule and people with mail addresses."""
    with transaction(Actor.system("test")) as tx:
        tx.add(Organisation(id=1, name="みほん株式会社", sample=True, created_at=tx.now))
        make_rule(tx, "5-", name="震度5弱以上")
        people_of(tx, ["350", "341", "331"])


def count(model):
    """Return how many rows a table has."""
    with transaction(Actor.system("test")) as tx:
        return tx.scalar(select(func.count()).select_from(model))


class TestReplay:
    """Whole telegrams."""

    def test_D07_opens_a_broadcast_says_so_and_the_worker_sends_it(self, process, ready):
        code, said, complained = process(FIRST)
        assert (code, complained) == (0, "")
        assert "ワーカーが動いていません" in said
        assert said.startswith("a1_VXSE51_first.xml: VXSE51 震度速報（2031/05/14 09:13発表）：一斉送信を開始")
        number = re.search(r"一斉送信No\.(\d+)で2人に送信します", said)[1]
        jobs.run_waiting_jobs()
        with transaction(Actor.system("test")) as tx:
            mails = tx.execute(select(LocalMail)).scalars().all()
            broadcast = tx.get(Broadcast, int(number))
            assert tx.scalar(select(TelegramRecord.source)) is Source.COMMAND_LINE
        assert {mail.recipient for mail in mails} == {"p350@example.jp", "p341@example.jp"}
        assert {mail.subject for mail in mails} == {"【安否確認】東京都で震度6弱の地震（05/14 09:12）"}
        assert all("/r/" in mail.body or "http" in mail.body for mail in mails)
        assert broadcast.state is BroadcastState.OPEN

    def test_several_files_are_taken_in_their_order(self, replay, ready):
        code, said, _ = replay(FIRST, DETAIL, FIRST)
        assert code == 0
        assert [word in said for word in ("一斉送信を開始", "対象者を追加", "取り込み済み")] == [True] * 3
        jobs.run_waiting_jobs()
        assert (count(Broadcast), count(LocalMail), count(TelegramRecord)) == (1, 3, 2)

    def test_what_sends_nothing_says_why(self, replay, ready):
        silent = {
            "d1_VXSE51_drill.xml": "訓練", "d3_VXSE53_test.xml": "試験", "b2_VXSE51_cancel.xml": "取消",
            "e1_VXSE53_distant.xml": "遠地地震", "e2_VXSE43_early_warning.xml": "緊急地震速報",
        }  # fmt: skip
        code, said, complained = replay(*[SAMPLES / name for name in silent])
        assert (code, complained) == (0, "")
        told = re.split(r"^(?=\S)", said, flags=re.MULTILINE)[1:]
        assert len(told) == len(silent)
        for (name, word), one in zip(silent.items(), told, strict=True):
            assert one.startswith(f"{name}: ")
            assert "送信なし" in one
            assert word in one
        assert count(Broadcast) == 0

    def test_jmas_own_detail_as_issued(self, replay, ready):
        file = JMA / "32-35_07_07_240613_VXSE53.xml"
        if not file.is_file():
            pytest.skip(f"JMA's own telegrams are not here ({JMA})")
        with transaction(Actor.system("test")) as tx:
            people_of(tx, ["442", "2221000"])
        code, said, _ = replay(file)
        assert code == 0
        assert "2人に送信します" in said


class TestBadFiles:
    """What is no whole telegram ends with a sentence, and nothing is kept."""

    def test_each_ends_with_a_sentence_and_no_stack_trace_and_holds_up_no_other(self, process, ready):
        broken = {
            "cut_in_half.xml": "途切れています", "not_xml.xml": "XMLではありません", "bomb.xml": "DTD",
            "external_entity.xml": "DTD", "empty.xml": "空です", "wrong_root.xml": "気象庁",
        }  # fmt: skip
        code, said, complained = process(FIRST, *[SAMPLES / "broken" / name for name in broken], DETAIL)
        assert code == 1
        assert "一斉送信を開始" in said
        assert "対象者を追加" in said
        assert "Traceback" not in complained
        for (name, word), line in zip(broken.items(), complained.splitlines(), strict=True):
            assert line.startswith(f"{name}: ")
            assert word in line
        assert count(TelegramRecord) == 2

    def test_one_alone_ends_the_command_with_its_sentence(self, replay, ready):
        code, said, complained = replay(SAMPLES / "broken" / "cut_in_half.xml")
        assert (code, said, len(complained.splitlines())) == (1, "", 1)
        assert count(TelegramRecord) == 0

    def test_a_kind_that_is_not_known_is_kept_and_sends_nothing(self, replay, ready):
        code, said, _ = replay(SAMPLES / "u1_unknown_kind.xml")
        assert code == 0
        assert "送信なし" in said
        assert (count(TelegramRecord), count(Broadcast)) == (1, 0)

    def test_a_file_that_is_not_there_is_said(self, replay, ready, tmp_path):
        code, _, complained = replay(tmp_path / "nothing.xml")
        assert code == 2
        assert "nothing.xml" in complained
