"""Row-level security, the second wall: what the database hides from statements that forgot to ask (0020).

Everything here is plain SQL as the application's role, without any condition of ours.
"""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core.actor import Actor
from core.database import engine, transaction
from core.transaction import Transaction
from data.migrate import migrate
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, Recipient
from tests.factories import actor_of, make_cast

EVERYTHING = text("SELECT person_id FROM recipient")
SYSTEM = Actor.system("test")


def asked(tx: Transaction, *people) -> Broadcast:
    """Ask some people."""
    broadcast = Broadcast(
        kind=BroadcastKind.MANUAL, state=BroadcastState.OPEN, title="確認", subject="確認", body="確認", questions=[],
        audience={}, asked=len(people), created_at=tx.now, sent_at=tx.now,
    )  # fmt: skip
    tx.add(broadcast)
    tx.add_all([Recipient(broadcast_id=broadcast.id, person_id=person.id) for person in people])
    return broadcast


@pytest.fixture
def broadcast(tx, cast):
    """A broadcast that asked somebody of 総務部, somebody of 支社 and the administrator."""
    return asked(tx, cast.staff, cast.far, cast.administrator)


def seen(tx: Transaction) -> set[int]:
    """Return whom a statement without any condition finds."""
    return set(tx.execute(EVERYTHING).scalars())


def said(session, value: str) -> set[int]:
    """Return whom it finds when the database was told this."""
    session.execute(text("SELECT set_config('renraku.reach', :value, true)"), {"value": value})
    return set(session.execute(EVERYTHING).scalars())


class TestRead:
    def test_each_actor_sees_those_within_reach(self, tx, acting, cast, broadcast):
        for person, within in (
            (cast.administrator, {cast.staff.id, cast.far.id, cast.administrator.id}),
            (cast.manager, {cast.staff.id, cast.administrator.id}),
            (cast.crisis_manager, {cast.far.id}),
            (cast.staff, set()),
        ):
            assert seen(acting(actor_of(tx, person))) == within, person.name
        assert seen(acting(Actor("visitor"))) == set()

    def test_several_actors_in_one_session_do_not_see_with_each_others_eyes(self, tx, acting, cast, broadcast):
        manager, crisis = (acting(actor_of(tx, person)) for person in (cast.manager, cast.crisis_manager))
        assert seen(manager) == {cast.staff.id, cast.administrator.id}
        assert seen(crisis) == {cast.far.id}
        savepoint = tx.session.begin_nested()
        assert len(seen(tx)) == 3
        savepoint.rollback()
        assert seen(crisis) == {cast.far.id}
        assert seen(manager) == {cast.staff.id, cast.administrator.id}

    @pytest.mark.parametrize(
        "value", ["", "|", "||", "ALL", "all ", "%", "/", "|%", "|0", "null", "' OR true --", "-1|"]
    )
    def test_what_says_nothing_shows_nothing(self, session, broadcast, value):
        assert said(session, value) == set()

    def test_oneself(self, session, cast, broadcast):
        assert said(session, f"{cast.far.id}") == {cast.far.id}
        assert said(session, f"{cast.far.id}|{cast.general_affairs.path}") == {cast.far.id, cast.staff.id}


class TestWrite:
    def test_nobody_asks_changes_or_takes_away_beyond_reach(self, tx, acting, cast, broadcast):
        crisis = acting(actor_of(tx, cast.crisis_manager))
        assert crisis.changed_rows(text("UPDATE recipient SET answers = 9")) == 1
        assert crisis.changed_rows(text("DELETE FROM recipient")) == 1
        add = text("INSERT INTO recipient (broadcast_id, person_id) VALUES (:broadcast, :person)")
        with pytest.raises(ProgrammingError) as refused, tx.session.begin_nested():
            crisis.execute(add, {"broadcast": broadcast.id, "person": cast.manager.id})
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
        assert seen(tx) == {cast.staff.id, cast.administrator.id}

    @pytest.mark.parametrize("attack", [
        "ALTER TABLE recipient DISABLE ROW LEVEL SECURITY", "DROP POLICY within_reach ON recipient",
        "ALTER ROLE renraku_app BYPASSRLS", "COPY recipient FROM STDIN", "TRUNCATE recipient CASCADE",
    ])  # fmt: skip
    def test_the_wall_cannot_be_taken_down(self, session, attack):
        with pytest.raises(Exception) as refused, session.begin_nested():  # noqa: PT011 - looked at below
            session.execute(text(attack))
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege | psycopg.errors.FeatureNotSupported)


def test_nothing_leaks_through_the_pool_and_an_owner_is_held_to_it_too(live):
    with transaction(SYSTEM) as tx:
        cast = make_cast(tx)
        asked(tx, cast.staff, cast.far)
        manager = actor_of(tx, cast.manager)
    engine().dispose()
    with transaction(manager) as tx:
        assert seen(tx) == {cast.staff.id}
    with transaction(SYSTEM) as tx:
        assert len(seen(tx)) == 2
    with engine().connect() as raw:  # the one connection of the pool, as those before left it
        assert raw.execute(EVERYTHING).all() == []
    with psycopg.connect(live.owner_url.replace("+psycopg", "")) as owner:
        assert len(owner.execute("SELECT FROM recipient").fetchall()) == 2
    migrate(live.owner_url, None)
    with psycopg.connect(live.owner_url.replace("+psycopg", "")) as owner:
        assert owner.execute("SELECT FROM recipient").fetchall() == []
