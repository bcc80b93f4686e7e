"""What is written down for whom, in the transaction of what happened, whatever it is about."""

import json
from contextlib import suppress

import pytest
from sqlalchemy import select

from data.models.changes import ChangeAction
from data.models.webhooks import WebhookDelivery
from services.broadcasts import Which, close
from services.broadcasts.totals import fold
from services.people import add_department, retire_department
from services.people.department_edit import DepartmentFields
from services.people.departments import DepartmentAsk
from services.people.retire import Several, retire_people
from services.webhooks import EndpointsAsk, NewEndpoint, Told, WhichEndpoint, add_endpoint, list_endpoints, switch_off
from services.webhooks.telling import FEW
from tests.services.broadcasts.asks import opened, reachable, replied
from tests.services.changes.stage import latest, undone
from tests.services.people.importing import Importer, csv_of


@pytest.fixture
def endpoint(administrator):
    """Another system that wants everything."""
    made = add_endpoint(administrator, NewEndpoint(name="全部", url="https://example.jp/", events=list(Told)))
    return WhichEndpoint(id=made.id)


def told(tx):
    """Return what was written down, as other systems will read it."""
    bodies = tx.session.scalars(select(WebhookDelivery.body).order_by(WebhookDelivery.id))
    return [(one["type"], one["data"]) for one in map(json.loads, bodies)]


class TestPeople:
    def test_a_file_of_many_is_one_delivery_with_a_count(self, tx, acting, cast, endpoint):
        count = FEW + 1
        Importer(acting).all_of(csv_of(*((f"N{at}", "新", str(at)) for at in range(count))))
        (added, data), (finished, result) = told(tx)
        assert (added, data["count"], data["process"]) == ("person.added", count, "people.apply_import")
        assert "ids" not in data
        assert (finished, result["counts"]["add"]) == ("import.finished", count)
        assert result["change_set_id"] == data["change_set_id"]

    def test_few_are_named_by_number_and_by_nothing_else(self, tx, administrator, cast, endpoint):
        retire_people(administrator, Several(person_ids=[cast.far.id, cast.staff.id]))
        ((name, data),) = told(tx)
        assert (name, data["count"], data["ids"]) == ("person.retired", 2, sorted([cast.far.id, cast.staff.id]))
        assert cast.far.family_name not in tx.scalar(select(WebhookDelivery.body))


class TestDepartments:
    def test_what_an_undo_does_is_told_too(self, tx, administrator, cast, endpoint):
        """Else another system keeps a department that is not there, or lacks one that is back."""
        add_department(administrator, DepartmentFields(name="新設課"))
        undone(administrator, latest(administrator))
        added = add_department(administrator, DepartmentFields(name="新設課"))
        retire_department(administrator, DepartmentAsk(id=added.id))
        undone(administrator, latest(administrator))
        assert [name for name, _data in told(tx) if name.startswith("department.")] == [
            "department.added", "department.removed",
            "department.added", "department.retired", "department.reinstated",
        ]  # fmt: skip

    def test_no_action_is_left_out(self):
        assert {f"{kind}.{action}" for kind in ("person", "department") for action in ChangeAction} <= set(Told)


class TestBroadcast:
    def test_opened_answered_closed(self, tx, administrator, cast, endpoint):
        for person in (cast.manager, cast.staff):
            reachable(tx, person)
        row = opened(administrator)
        for person in (cast.staff, cast.manager):
            replied(tx, row.id, person, {})
        fold(tx)
        close(administrator, Which(id=row.id))
        names = [name for name, _data in told(tx)]
        assert names == ["broadcast.opened", "broadcast.answered", "broadcast.closed"]
        assert told(tx)[0][1]["asked"] == 5
        assert told(tx)[1][1] == {"broadcasts": [{"broadcast_id": row.id, "people": 2}]}


class TestWhom:
    def test_only_who_asked_for_it_and_is_in_use(self, tx, administrator, cast, endpoint):
        other = NewEndpoint(name="別", url="https://example.jp/", events=[Told.PERSON_ADDED])
        add_endpoint(administrator, other)
        retire_people(administrator, Several(person_ids=[cast.far.id]))
        assert [row.waiting for row in list_endpoints(administrator, EndpointsAsk()).rows] == [1, 0]
        switch_off(administrator, endpoint)
        retire_people(administrator, Several(person_ids=[cast.staff.id]))
        assert len(told(tx)) == 1

    def test_what_was_rolled_back_was_never_told(self, tx, administrator, cast, endpoint):
        with suppress(ZeroDivisionError), administrator.session.begin_nested():
            retire_people(administrator, Several(person_ids=[cast.far.id]))
            assert len(told(tx)) == 1
            raise ZeroDivisionError
        assert told(tx) == []
