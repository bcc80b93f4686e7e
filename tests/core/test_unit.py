"""One unit of work: a session only for whoever needs it, all or nothing with or without one, errors of one kind."""

from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

import core.database
from core.actor import WHOLE, Actor, Reach, What
from core.database import committing, connected, libpq_url, transaction
from core.unit import Unit
from data.models.home import Notice
from tests.factories import make_person

SYSTEM = Actor.system("test")
REACH = "SELECT current_setting('renraku.reach') AS reach"
LIMITED = Actor("係", grants={("people.search", What.READ): Reach(paths=frozenset({"/1/"}))})


def titles():
    """Return what is stored."""
    with transaction(SYSTEM) as tx:
        return sorted(tx.execute(select(Notice.title)).scalars())


def write(tx, title):
    """Store a row without an object."""
    return tx.insert(Notice, title=title, text=title, from_on=tx.now.date(), created_at=tx.now)


def test_plain_statements_make_no_session(live, monkeypatch):
    def made(*_about, **_more):
        raise AssertionError("a session was made")

    monkeypatch.setattr("core.unit.Session", made)
    with transaction(SYSTEM) as tx:
        write(tx, "一")
        assert tx.plain("SELECT count(*) AS times FROM notice", {})[0].times == 1


def test_rows_and_objects_are_stored_together(live):
    with transaction(SYSTEM) as tx:
        write(tx, "一")
        tx.get(Notice, 1).title = "二"
        write(tx, "三")
        tx.session.scalars(select(Notice).where(Notice.title == "三")).one().title = "四"
    assert titles() == ["二", "四"]


def test_nothing_stays_when_it_ends_in_an_error(live):
    def fail(tx, *, objects):
        write(tx, "一")
        if objects:
            make_person(tx)
        raise ZeroDivisionError

    for objects in (False, True):
        with pytest.raises(ZeroDivisionError), transaction(SYSTEM) as tx:
            fail(tx, objects=objects)
    assert titles() == []


def test_nothing_stays_when_objects_are_refused_at_the_end(live):
    def write_both(tx):
        write(tx, "一")
        tx.session.add(Notice(title="二", text="二", from_on=tx.now.date(), created_at=tx.now, department_id=0))

    with pytest.raises(IntegrityError), transaction(SYSTEM) as tx:
        write_both(tx)
    assert titles() == []


def test_what_is_given_up_takes_only_itself_along(live):
    with transaction(SYSTEM) as tx:
        write(tx, "一")
        with suppress(ZeroDivisionError), tx.session.begin_nested():
            write(tx, "二")
            raise ZeroDivisionError
        write(tx, "三")
    assert titles() == ["一", "三"]


def test_the_database_knows_who_acts_also_after_something_was_given_up(live):
    with transaction(LIMITED) as tx:
        assert tx.plain(REACH, {})[0].reach == "|/1/"
        with suppress(ZeroDivisionError), tx.session.begin_nested():
            assert tx.by(SYSTEM).plain(REACH, {})[0].reach == "all"
            raise ZeroDivisionError
        assert tx.plain(REACH, {})[0].reach == "|/1/"
    with transaction(SYSTEM) as tx:
        assert tx.plain(REACH, {})[0].reach == "all"


def test_another_actor_acts_at_the_same_moment_in_the_same_unit(tx):
    other = tx.by(Actor("係", grants={("people.search", What.READ): WHOLE}))
    assert other.now == tx.now
    assert other.session is tx.session
    assert Unit.of(tx.session) is Unit.of(other.session)


def test_errors_of_the_driver_are_those_of_sqlalchemy(live):
    with pytest.raises(DBAPIError, match="nowhere"), transaction(SYSTEM) as tx:
        tx.plain("SELECT * FROM nowhere", {})
    with pytest.raises(DBAPIError, match="nowhere"), connected() as line:
        line.rows("SELECT * FROM nowhere", {})
    assert titles() == []


@pytest.mark.parametrize("ask", ["plain", "execute"])
def test_a_connection_that_breaks_is_not_used_again(live, ask):
    statement = "SELECT 1 AS one"

    def break_and_ask(tx):
        pid = tx.scalar(select(func.pg_backend_pid()))
        with psycopg.connect(libpq_url(live.url), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        return tx.plain(statement, {}) if ask == "plain" else tx.execute(text(statement))

    with pytest.raises(OperationalError), transaction(SYSTEM) as tx:
        break_and_ask(tx)
    with transaction(SYSTEM) as tx:
        assert tx.plain(statement, {})[0].one == 1


def test_a_connection_that_broke_at_rest_is_not_used_again(live):
    with transaction(SYSTEM) as tx:
        pid = tx.scalar(select(func.pg_backend_pid()))
    with psycopg.connect(libpq_url(live.url), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(OperationalError), transaction(SYSTEM):
        pass
    with transaction(SYSTEM) as tx:
        assert tx.scalar(select(func.pg_backend_pid())) != pid


def test_each_statement_commits_itself_until_a_transaction_begins(live):
    stored = "INSERT INTO notice (title, text, from_on, created_at) VALUES (%(title)s, '', now(), now())"
    with connected() as line:
        line.rows(stored, {"title": "一"})
        with suppress(ZeroDivisionError), transaction(SYSTEM, on=line) as tx:
            tx.plain(stored, {"title": "二"})
            raise ZeroDivisionError
        with transaction(SYSTEM, on=line) as tx:
            tx.plain(stored, {"title": "三"})
        assert line.rows(REACH, {})[0].reach == ""
    assert titles() == ["一", "三"]
    assert live.engine.pool.checkedout() == 0


def test_what_fails_when_it_is_committed_leaves_nothing(live):
    def write_twice(tx):
        write(tx, "一")
        tx.plain("CREATE TEMP TABLE once (number int UNIQUE DEFERRABLE INITIALLY DEFERRED)", {})
        tx.plain("INSERT INTO once VALUES (1), (1)", {})

    with pytest.raises(IntegrityError), transaction(SYSTEM) as tx:
        write_twice(tx)
    assert titles() == []


def test_a_database_that_is_away_is_an_error_of_sqlalchemy(live, monkeypatch):
    away = committing("postgresql://nobody@127.0.0.1:1/nothing")
    with monkeypatch.context() as patched:
        patched.setattr(core.database, "engine", lambda: away)
        with pytest.raises(OperationalError), transaction(SYSTEM):
            pass
