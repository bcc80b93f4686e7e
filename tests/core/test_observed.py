"""Each process is timed, told and named in the log, however it ends."""

import pytest
from prometheus_client import REGISTRY
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import capture_logs

from core import logs
from core.errors import NotAllowed
from core.observed import observed
from tests.factories import actor_of


def count(process, outcome):
    return REGISTRY.get_sample_value("renraku_process_seconds_count", {"process": process, "outcome": outcome}) or 0


class TestObserved:
    def test_an_operation_leaves_a_line_with_who_what_and_how(self, tx, cast):
        actor = actor_of(tx, cast.manager)
        with capture_logs(processors=[merge_contextvars]) as lines, observed("test.told", actor, told=True):
            assert get_contextvars()["process"] == "test.told"
        (line,) = lines
        assert (line["event"], line["process"], line["account"]) == ("operation", "test.told", actor.account_id)
        assert (line["outcome"], line["ms"] >= 0) == ("done", True)
        assert "process" not in get_contextvars()

    def test_a_refusal_is_counted_by_its_code_and_a_fault_as_a_fault(self, tx):
        with pytest.raises(NotAllowed), observed("test.refused", tx.actor, told=False):
            raise NotAllowed("no")
        with pytest.raises(ZeroDivisionError) as caught, observed("test.broken", tx.actor, told=False):
            raise ZeroDivisionError
        assert (count("test.refused", "not_allowed"), count("test.broken", "fault")) == (1, 1)
        assert "test.broken" in caught.value.__notes__[0]

    def test_a_query_leaves_no_line(self, tx):
        with capture_logs() as lines, observed("test.quiet", tx.actor, told=False):
            pass
        assert lines == []


class TestLogs:
    def test_each_request_has_an_id_of_its_own_and_forgets_the_one_before(self):
        logs.begin(account=1)
        before = get_contextvars()
        logs.begin(page="x")
        after = get_contextvars()
        assert before["request"] != after["request"]
        assert "account" not in after

    def test_a_fault_is_counted(self):
        before = REGISTRY.get_sample_value("renraku_faults_total")
        assert len(logs.fault(ValueError())) == 8
        assert REGISTRY.get_sample_value("renraku_faults_total") == before + 1
