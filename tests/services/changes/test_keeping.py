"""What operations leave behind: who, when, which operation, and every field that differs."""

import pytest
from sqlalchemy import func, select

from core.errors import Refused
from data.models.changes import Change, ChangeAction, ChangeSet
from services.changes import erase
from services.people import (
    add_department,
    add_person,
    edit_department,
    edit_person,
    reinstate_department,
    reinstate_people,
    retire_department,
    retire_people,
)
from services.people.department_edit import DepartmentFields, EditedDepartment
from services.people.departments import DepartmentAsk
from services.people.fields import PersonFields
from services.people.kept import PEOPLE
from services.people.retire import Several
from tests.services.changes.stage import changes_of, latest, leftovers
from tests.services.people.asks import editable
from tests.services.people.conftest import importer  # noqa: F401 - the fixture
from tests.services.people.importing import csv_of


class TestPeople:
    def test_adding_keeps_everything_that_was_entered(self, administrator, cast):
        ask = PersonFields(
            code="N1", family_name="新人", department_id=cast.branch.id, area_codes=["1310100"], mail1="n@example.jp",
            mobile="09012345678", login="n1",
        )  # fmt: skip
        added = add_person(administrator, ask)
        found = latest(administrator)
        assert (found.process, found.actor, found.records) == ("people.add", "管理 花子", 1)
        assert found.counts == {"person": {"added": 1}}
        change = changes_of(administrator, found)["person", added.id]
        assert (change.action, change.before) == (ChangeAction.ADDED, None)
        assert change.after == {
            "code": "N1", "family_name": "新人", "language": "ja", "departments": [cast.branch.id],
            "regions": ["1310100"], "mails": ["n@example.jp"], "mobile": "+819012345678", "login": "n1",
            "account_status": "invited",
        }  # fmt: skip

    def test_editing_keeps_only_what_differs(self, administrator, cast):
        edit_person(
            administrator,
            editable(administrator, cast.far, family_name="遠山", department_id=cast.head_office.id, mail1="f@x.jp"),
        )
        change = changes_of(administrator, latest(administrator))["person", cast.far.id]
        assert change.before == {"family_name": "遠方", "departments": [cast.branch.id]}
        assert change.after == {"family_name": "遠山", "departments": [cast.head_office.id], "mails": ["f@x.jp"]}
        assert sorted(change.fields) == ["departments", "family_name", "mails"]
        assert leftovers(administrator) == 0

    def test_an_edit_that_changes_nothing_leaves_nothing(self, administrator, cast):
        edit_person(administrator, editable(administrator, cast.far))
        assert administrator.scalar(select(func.count()).select_from(ChangeSet)) == 0
        assert leftovers(administrator) == 0

    def test_a_refused_edit_leaves_nothing(self, limited, cast):
        tx = limited("people.edit", "people.show")
        with pytest.raises(Refused), tx.session.begin_nested():
            edit_person(tx, editable(tx, cast.staff, department_id=None, other_department_ids=[]))
        assert tx.scalar(select(func.count()).select_from(ChangeSet)) == 0

    def test_retiring_keeps_when_and_what_became_of_the_account(self, administrator, cast):
        retire_people(administrator, Several(person_ids=[cast.staff.id, cast.far.id]))
        found = latest(administrator)
        assert found.counts == {"person": {"retired": 2}}
        change = changes_of(administrator, found)["person", cast.staff.id]
        assert change.before == {"account_status": "active"}
        assert change.after["account_status"] == "stopped"
        reinstate_people(administrator, Several(person_ids=[cast.far.id]))
        assert latest(administrator).counts == {"person": {"reinstated": 1}}


class TestDepartments:
    def test_each_way_is_kept(self, administrator, cast):
        added = add_department(administrator, DepartmentFields(name="新設", parent_id=cast.branch.id, code="S1"))
        change = changes_of(administrator, latest(administrator))["department", added.id]
        assert change.after == {"name": "新設", "parent_id": cast.branch.id, "code": "S1"}
        edit_department(
            administrator, EditedDepartment(id=added.id, version=1, name="改名", parent_id=cast.head_office.id)
        )
        change = changes_of(administrator, latest(administrator))["department", added.id]
        assert change.before == {"name": "新設", "parent_id": cast.branch.id, "code": "S1"}
        assert change.after == {"name": "改名", "parent_id": cast.head_office.id}
        retire_department(administrator, DepartmentAsk(id=added.id))
        assert latest(administrator).counts == {"department": {"retired": 1}}
        reinstate_department(administrator, DepartmentAsk(id=added.id))
        assert latest(administrator).counts == {"department": {"reinstated": 1}}


class TestImports:
    def test_is_one_change_set_without_the_rows_that_stay(self, importer, tx, cast):  # noqa: F811
        rows = [("A1", "一", department := "本社>課"), ("A2", "二", department)]
        rows = [(code, name, "", "", "", "", place) for code, name, place in rows]
        importer.all_of(csv_of(*rows), create=True)
        assert latest(tx).counts == {"person": {"added": 2}, "department": {"added": 1}}
        detail = importer.all_of(csv_of((*rows[0][:1], "壱", *rows[0][2:]), rows[1]))
        found = latest(tx)
        assert found.counts == {"person": {"changed": 1}}
        assert (found.process, found.subject) == ("people.apply_import", f"people_import:{detail.id}")
        assert leftovers(tx) == 0


class TestErasing:
    def test_takes_the_values_and_leaves_that_something_was_changed(self, administrator, cast):
        edit_person(administrator, editable(administrator, cast.far, family_name="遠山"))
        assert erase(administrator, PEOPLE, [cast.far.id]) == 1
        row = administrator.execute(select(Change).where(Change.record_id == cast.far.id)).scalar_one()
        administrator.session.refresh(row)
        assert (row.before, row.after, row.fields) == (None, None, ["family_name"])
