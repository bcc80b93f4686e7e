"""How often a run asks who is signed in and what they may do: once to read, anew for each change."""

import pytest

from core.actor import Actor
from core.errors import NotAllowed
from pages.kit import edge, guard


@pytest.fixture
def asked(live, monkeypatch):
    """Sign in whoever stands in ``now``, and keep count in ``times``."""

    class Asked:
        now = Actor("花子")
        times = 0

    def source(_tx):
        Asked.times += 1
        return Asked.now

    monkeypatch.setattr(guard, "actor_source", source)
    return Asked


def reading() -> Actor:
    with edge.acting() as tx:
        return tx.actor


def changing() -> Actor:
    with edge.acting(anew=True) as tx:
        return tx.actor


def test_a_run_reads_with_the_actor_that_it_began_with(asked):
    with guard.known(asked.now):
        assert [guard.current_actor(), reading(), reading()] == [asked.now] * 3
    assert asked.times == 0


def test_a_change_asks_anew(asked):
    with guard.known(asked.now):
        asked.now = Actor("次郎")
        assert changing() is asked.now
        asked.now = None
        with pytest.raises(NotAllowed):
            changing()


def test_after_a_change_everything_is_asked_anew(asked):
    with guard.known(asked.now):
        guard.forget()
        asked.now = Actor("次郎")
        assert reading() is guard.current_actor() is asked.now


def test_the_next_run_and_a_fragments_own_run_know_nothing(asked):
    with guard.known(asked.now):
        pass
    asked.now = Actor("次郎")
    assert reading() is guard.current_actor() is asked.now
    asked.now = None
    assert guard.current_actor() is None
    with pytest.raises(NotAllowed):
        reading()


def test_a_page_that_may_not_be_seen_looks_like_the_others(open_page, stage):
    app = open_page("access/sets.py", stage.staff)
    assert app.warning
    assert any("--accent" in html.proto.body for html in app.get("html"))
