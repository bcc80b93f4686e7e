"""One answer for all who look at the same thing (pages/kit/shared.py)."""

import pytest

from core.actor import Actor
from core.database import transaction
from data.models.access import ReachKind
from pages import kit
from pages.kit import guard, shared
from services.people import search_people
from services.people.search import PeopleAsk
from tests.factories import account_of, give


@pytest.fixture
def asked(stage, sign_in, monkeypatch):
    """Return a way to ask as somebody of the cast; what comes back is the same object when it was shared."""
    monkeypatch.setattr(shared, "FRESH_SECONDS", 60)  # a busy machine takes more than a second between two questions

    def ask(person=stage.administrator, **values):
        sign_in(person)
        with guard.known(guard.current_actor()):
            return kit.ask_shared(search_people, PeopleAsk(**values))

    return ask


def test_who_sees_everything_gets_the_answer_of_the_last_second(asked, stage):
    first = asked()
    assert asked() is first
    with transaction(Actor.system("test")) as tx:
        give(tx, account_of(tx, stage.manager), "administrator", ReachKind.WHOLE)
    assert asked(stage.manager) is first, "who sees the whole organisation sees the same"
    assert asked(text="部長") is not first
    with transaction(Actor.system("test")) as tx:
        account_of(tx, stage.manager).language = "en"
    assert asked(stage.manager) is not first, "some answers hold words"


def test_after_that_it_is_asked_anew(asked, monkeypatch):
    first = asked()
    monkeypatch.setattr(shared, "FRESH_SECONDS", 0)
    assert asked() is not first


def test_who_reaches_less_is_answered_alone_with_the_own_reach(asked, stage):
    everybody = asked()
    own = asked(stage.manager)
    assert {row.id for row in own.rows} < {row.id for row in everybody.rows}
    assert asked(stage.manager) is not own
