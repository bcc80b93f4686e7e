"""The database is away (core/outage.py): in the log once in full, and once when it is back."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoneFree
from structlog.testing import capture_logs

from core import clock
from core.errors import Conflict, Unavailable
from core.outage import Away, Outage, is_away

START = datetime(2026, 11, 24, 3, tzinfo=UTC)


def meet(outage, error=None):
    """Do something that ends so; return the id of the outage that was met, or None."""
    try:
        with outage.met_once():
            if error:
                raise error
    except Away as away:
        return away.fault_id
    return None


def test_however_many_meet_it_there_is_one_fault_and_one_line_when_it_is_over():
    outage = Outage()
    with capture_logs() as lines, clock.frozen(START):
        ids = {meet(outage, ConnectionError()) for _batch in range(200)}
        with clock.frozen(START + timedelta(seconds=90)):
            assert [meet(outage), meet(outage)] == [None, None]
    (fault_id,) = ids
    first, last = lines
    assert (first["log_level"], first["fault_id"]) == ("error", fault_id)
    assert isinstance(first["exc_info"], ConnectionError)
    assert last == {
        "event": "the database is back", "log_level": "warning", "fault_id": fault_id, "seconds": 90.0, "refused": 200,
    }  # fmt: skip


def test_the_next_one_is_another():
    outage = Outage()
    with capture_logs() as lines:
        first = meet(outage, ConnectionError())
        meet(outage)
        second = meet(outage, ConnectionError())
    assert first != second
    assert [line["log_level"] for line in lines] == ["error", "warning", "error"]


def test_what_the_database_says_is_no_outage_and_ends_none():
    outage = Outage()
    with capture_logs() as lines:
        away = meet(outage, ConnectionError())
        with pytest.raises(ValueError, match="wrong"):
            meet(outage, ValueError("wrong"))
        assert meet(outage, ConnectionError()) == away
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (DBAPIError("select", {}, psycopg.OperationalError("no line")), True),
        (DBAPIError("select", {}, psycopg.errors.AdminShutdown(), connection_invalidated=True), True),
        (IntegrityError("insert", {}, psycopg.errors.UniqueViolation()), False),
        (NoneFree("none is free"), True),
        (Unavailable("later"), True),
        (ConnectionRefusedError(), True),
        (Conflict("changed"), False),
        (ValueError(), False),
    ],
)
def test_away_is_what_meets_everybody(error, away):
    assert is_away(error) is away
