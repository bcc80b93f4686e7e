"""How often a key may come: counted in the database for all processes together, and told in the headers."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from core.settings import ROOT, settings
from tests.public.api.test_calls import problem

NOON = datetime(2026, 6, 1, 3, 0, 18, tzinfo=UTC)
ELSEWHERE = """
import sys
from datetime import datetime
import services
from core import clock
from core.actor import Actor
from core.database import transaction
from services.access import recognise
services.load_all()
with clock.frozen(datetime.fromisoformat(sys.argv[2])), transaction(Actor.system("another process")) as tx:
    print(recognise(tx, sys.argv[1]).times)
"""


@pytest.fixture
def three(live, monkeypatch):
    """Let a key come three times a minute."""
    monkeypatch.setenv("RENRAKU_API_REQUESTS_PER_MINUTE", "3")
    settings.cache_clear()


class TestLimit:
    def test_is_told_with_every_answer(self, three, machine, stage):
        with clock.frozen(NOON):
            admin = machine(stage.administrator)
            answers = [admin.get(path) for path in ("people/search", "people/nothing", "people/show?id=9999")]
        assert [one.status_code for one in answers] == [200, 404, 404]
        assert {one.headers["ratelimit-policy"] for one in answers} == {'"key";q=3;w=60'}
        assert [one.headers["ratelimit"] for one in answers] == [f'"key";r={left};t=42' for left in (2, 1, 0)]
        assert not any("retry-after" in one.headers for one in answers)

    def test_over_it_nothing_is_done_until_the_next_minute(self, three, machine, stage):
        with clock.frozen(NOON):
            admin = machine(stage.administrator)
            for _at in range(3):
                admin.get("people/lists")
            answer = admin.post("people/edit_list", {"name": "窓口"})
            problem(answer, 429, "too_many_requests")
            assert answer.headers["retry-after"] == "42"
            assert answer.headers["ratelimit"] == '"key";r=0;t=42'
        with clock.frozen(NOON + timedelta(seconds=42)):
            assert admin.get("people/lists").json()["count"] == 0

    def test_is_a_key_s_own(self, three, machine, stage):
        with clock.frozen(NOON):
            first, second = machine(stage.administrator), machine(stage.administrator)
            for _at in range(4):
                last = first.get("people/lists")
            assert last.status_code == 429
            assert second.get("people/lists").status_code == 200

    def test_counts_what_other_processes_let_through(self, machine, stage):
        with clock.frozen(NOON):
            admin = machine(stage.administrator)
            admin.get("people/lists")
        command = [sys.executable, "-c", ELSEWHERE, admin.key, NOON.isoformat()]
        came = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert int(came.stdout) == 2
