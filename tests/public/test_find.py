"""The search over everything (pages/public/find.py): whose, what, and where it leads."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.actor import Actor
from core.database import transaction
from pages.kit.menu import PAGES
from pages.public import find
from pages.public.gate import SESSION_HEADER
from services.access import hash_of, start_session
from services.setup import FeatureUse, use_feature
from tests.factories import account_of
from tests.public.conftest import session_of


@pytest.fixture
def stage(live_cast):
    """The fixed cast in the test's own database."""
    return live_cast


@pytest.fixture
def ask(stage):
    """Return a way to search as somebody: ``ask(stage.manager, "社員")``."""
    client = TestClient(Starlette(routes=find.ROUTES))

    def asking(person, text):
        headers = {}
        if person is not None:
            with transaction(Actor.system("test")) as tx:
                headers[SESSION_HEADER] = hash_of(start_session(tx, account_of(tx, person).id)).hex()
        return client.get("/find", params={"q": text}, headers=headers)

    return asking


def addresses(answer):
    """Return where what was found leads, as text → address."""
    return {one["text"]: one["address"] for kind in answer.json()["kinds"] for one in kind["found"]}


def test_leads_to_records_and_pages_within_reach(ask, stage):
    found = addresses(ask(stage.manager, "シャイン"))
    assert found == {"社員 三郎": f"/people-person?id={stage.staff.id}"}
    assert addresses(ask(stage.manager, "エンポウ")) == {}
    assert "people-list" in addresses(ask(stage.manager, "利用者"))["利用者"]
    assert addresses(ask(stage.staff, "利用者")) == {}, "a page that one may not see is not offered"
    assert addresses(ask(stage.administrator, "notices")) == {"お知らせ": "/home-notices"}, "by its English name too"

    found = addresses(ask(stage.administrator, " "))
    assert list(found.values()) == [f"/{entry.url}" for entry in PAGES if entry.listed]


def test_X01_pages_of_what_is_not_in_use_are_not_offered(ask, stage):
    assert "/access-keys" in addresses(ask(stage.administrator, "API")).values()
    with transaction(Actor.system("test")) as tx:
        use_feature(tx, FeatureUse(feature="api", used=False))
    assert "/access-keys" not in addresses(ask(stage.administrator, "API")).values()


def test_says_why_there_is_nothing(ask, stage):
    assert ask(stage.manager, "ぬぬぬ").json()["said"].startswith("見つかりません")
    assert ask(stage.manager, "あ" * 101).status_code == 422
    answer = ask(None, "シャイン")
    assert (answer.status_code, answer.json()["kinds"]) == (401, [])


def test_with_the_cookie_of_a_real_session_and_the_script_of_the_shell(running):
    with running.client(session=session_of(running, "admin")) as client:
        answer = client.get("/find", params={"q": "シャイン"})
        assert "社員 三郎" in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert f'src="{find.SCRIPT_ADDRESS}"' in client.get("/").text
        script = client.get(find.SCRIPT_ADDRESS)
    assert script.headers["content-type"].startswith("text/javascript")
    assert "innerHTML" not in script.text, "what people typed is never read as markup"
