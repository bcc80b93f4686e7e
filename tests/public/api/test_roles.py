"""Every shipped role × every process by API key, and × every file: each cell as ``roles.txt`` decides (X06, N11)."""

import pytest

from core.actor import Actor, What
from core.database import transaction
from core.operations import registered
from core.settings import settings
from pages.public.api.open import method_of, open_processes
from pages.public.cookies import session_cookie
from services.access import start_session
from tests.architecture.decided import CAST, DECIDED, decided
from tests.factories import account_of

MEANT_FOR_NOBODY = {"nonsense": "x"}
"""A field that no input has: who may is told so (422) and nothing is done, who may not hears that first (403)."""


@pytest.fixture
def unhurried(live, monkeypatch):
    """Let a key come as often as there are cells."""
    monkeypatch.setenv("RENRAKU_API_REQUESTS_PER_MINUTE", "100000")
    settings.cache_clear()


def test_by_key(unhurried, machine, stage):
    cells, wrong = 0, []
    for role, member in CAST.items():
        asking = machine(getattr(stage, member))
        for process in registered():
            path, method = process.name.replace(".", "/"), method_of(process)
            sent = {"json": MEANT_FOR_NOBODY} if method == "POST" else {"params": MEANT_FOR_NOBODY}
            expected = 404
            if process.name in open_processes():
                expected = 422 if decided(role, f"{process.name}:{process.what.value}") else 403
            answer = asking.call(method, path, **sent)
            cells += 1
            if answer.status_code != expected:
                wrong.append((role, process.name, answer.status_code, expected))
    assert not wrong
    assert cells == len(CAST) * len(registered())


def test_as_a_file(client, stage):
    wrong = []
    for role, member in CAST.items():
        with transaction(Actor.system("test")) as tx:
            token = start_session(tx, account_of(tx, getattr(stage, member)).id)
        for process in registered():
            grant = f"{process.name}:{What.EXPORT.value}"
            if grant in DECIDED:
                expected = {404, 422} if decided(role, grant) else {403}
            else:  # no file, or a list that nobody but the administrator may be given as one
                expected = {404, 422} if role == "administrator" else {403, 404}
            # A writing that no file has: looked at after the permission, before anything is read.
            answer = client.get(
                f"/export/{process.name}",
                params={"as": "nonsense"},
                headers={"cookie": f"{session_cookie()}={token}"},
            )
            if answer.status_code not in expected:
                wrong.append((role, grant, answer.status_code))
    assert not wrong
