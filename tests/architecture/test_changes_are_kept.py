"""Whatever changes records that have a history leaves a change-set (services/changes)."""

import inspect
import re

import pytest

import services
from core.operations import Operation, find, registered
from services.changes import kinds

services.load_all()
KEPT = {kind.name for kind in kinds()}
CHANGING = [one for one in registered() if isinstance(one, Operation) and one.touches in KEPT]


@pytest.mark.parametrize("process", CHANGING, ids=lambda process: process.name)
def test_an_operation_that_touches_them_keeps_what_it_changes(process):
    assert re.search(r"with (keeping|(broadcasts\.)?saving)\(tx", inspect.getsource(process.function))


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
class TestKind:
    def test_is_read_by_a_query(self, kind):
        assert not isinstance(find(kind.reads), Operation)

    def test_every_field_can_be_said(self, kind, tx):
        assert all(kind.labels(tx)[field.name] for field in kind.fields)
        assert len({field.name for field in kind.fields}) == len(kind.fields)


def test_there_is_something_to_test():
    assert {"people.edit", "people.retire", "people.edit_department"} <= {process.name for process in CHANGING}
