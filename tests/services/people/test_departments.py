"""The tree of departments by hand."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from core.actor import Actor, What
from core.audit import AuditRecord
from core.database import transaction
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from core.inputs import Nothing, validated
from data.models.access import ReachKind
from data.models.people import Department, Person
from services.access import people_within
from services.people import (
    add_department,
    department_choices,
    edit_department,
    list_departments,
    reinstate_department,
    retire_department,
)
from services.people.department_edit import DepartmentFields, EditedDepartment
from services.people.departments import DepartmentAsk, DepartmentsAsk
from tests.factories import account_of, actor_of, give, make_department, make_person


def edited(department, **values):
    shown = {"id": department.id, "version": department.version, "name": department.name}
    return validated(EditedDepartment, {**shown, "parent_id": department.parent_id, **values})


def tree(tx):
    tx.session.expire_all()
    return {row.full_name: (row.depth, row.path) for row in tx.execute(select(Department)).scalars()}


class TestAdd:
    def test_lies_where_it_was_put(self, administrator, cast, tx):
        made = add_department(
            administrator, DepartmentFields(name="第一課", parent_id=cast.general_affairs.id, code="D-1")
        )
        assert made.full_name == "本社 / 総務部 / 第一課"
        assert tree(tx)[made.full_name] == (2, f"{cast.general_affairs.path}{made.id}/")

    def test_is_refused_without_permission(self, staff):
        with pytest.raises(NotAllowed):
            add_department(staff, DepartmentFields(name="新設部"))

    def test_a_limited_reach_adds_below_itself_only(self, limited, cast):
        maker = limited("people.add_department")
        assert add_department(maker, DepartmentFields(name="新設部", parent_id=cast.head_office.id)).id
        with pytest.raises(NotFound):
            add_department(maker, DepartmentFields(name="新設部", parent_id=cast.branch.id))
        with pytest.raises(Refused):
            add_department(maker, DepartmentFields(name="新設部"))

    def test_name_and_code_are_taken_once(self, administrator, cast, tx):
        cast.branch.code = "D-1"
        tx.session.flush()
        with pytest.raises(Invalid) as caught:
            add_department(administrator, DepartmentFields(name="総務部", parent_id=cast.head_office.id, code="D-1"))
        assert set(caught.value.fields) == {"name", "code"}

    def test_below_a_retired_one_is_refused(self, administrator, cast, tx):
        cast.branch.retired_at = tx.now
        with pytest.raises(Refused):
            add_department(administrator, DepartmentFields(name="新設部", parent_id=cast.branch.id))

    @pytest.mark.parametrize("name", ["", "営業/企画", "総務、人事", "=cmd", "部\n課"])
    def test_a_name_that_a_csv_could_not_hold_is_refused(self, name):
        with pytest.raises(Invalid) as caught:
            validated(DepartmentFields, {"name": name})
        assert set(caught.value.fields) == {"name"}

    def test_is_recorded(self, administrator, tx):
        made = add_department(administrator, DepartmentFields(name="新設部"))
        found = tx.scalar(select(AuditRecord.subject).where(AuditRecord.process == "people.add_department"))
        assert found == f"department:{made.id}"


class TestEdit:
    def test_moves_with_all_below(self, administrator, cast, tx):
        deep = make_department(tx, "第一課", cast.general_affairs)
        edit_department(administrator, edited(cast.general_affairs, name="管理部", parent_id=cast.branch.id))
        found = tree(tx)
        assert found["支社 / 管理部 / 第一課"] == (2, f"{cast.branch.path}{cast.general_affairs.id}/{deep.id}/")
        assert "本社 / 総務部" not in found

    def test_to_the_top(self, administrator, cast, tx):
        edit_department(administrator, edited(cast.general_affairs, parent_id=None))
        assert tree(tx)["総務部"] == (0, f"/{cast.general_affairs.id}/")

    def test_never_below_itself(self, administrator, cast, tx):
        deep = make_department(tx, "第一課", cast.general_affairs)
        for parent in (cast.general_affairs, deep):
            with pytest.raises(Refused, match="総務部"):
                edit_department(administrator, edited(cast.general_affairs, parent_id=parent.id))

    def test_people_stay_in_it_and_those_who_manage_it_reach_it_where_it_is(self, administrator, cast, tx):
        give(tx, account_of(tx, cast.staff), "manager", ReachKind.DEPARTMENT, cast.branch)
        edit_department(administrator, edited(cast.branch, parent_id=cast.general_affairs.id))
        reached = people_within(actor_of(tx, cast.staff).reach("people.edit", What.DO), actor_of(tx, cast.staff))
        assert set(tx.execute(select(Person.id).where(reached)).scalars()) == {cast.far.id, cast.crisis_manager.id}
        upper = people_within(actor_of(tx, cast.manager).reach("people.edit", What.DO), actor_of(tx, cast.manager))
        assert cast.far.id in set(tx.execute(select(Person.id).where(upper)).scalars())

    def test_two_moves_at_the_same_time_make_no_cycle(self, live_cast):
        below_each_other = ((live_cast.head_office, live_cast.branch), (live_cast.branch, live_cast.head_office))

        def move(which, above):
            with transaction(Actor.system("test")) as tx:
                edit_department(tx, edited(which, parent_id=above.id))

        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(move, *pair) for pair in below_each_other]
            errors = [one.exception(timeout=10) for one in done]
        assert sorted(type(one) for one in errors if one) == [Refused]

    def test_is_refused_without_permission_and_out_of_reach(self, staff, limited, cast):
        with pytest.raises(NotAllowed):
            edit_department(staff, edited(cast.branch, name="別名"))
        with pytest.raises(NotFound):
            edit_department(limited("people.edit_department"), edited(cast.branch, name="別名"))
        with pytest.raises(NotFound):
            edit_department(limited("people.edit_department"), edited(cast.general_affairs, parent_id=cast.branch.id))

    def test_somebody_else_was_first(self, administrator, cast):
        ask = edited(cast.branch, name="西支社")
        edit_department(administrator, ask)
        with pytest.raises(Conflict):
            edit_department(administrator, ask)

    def test_a_taken_name_is_refused(self, administrator, cast):
        with pytest.raises(Invalid):
            edit_department(administrator, edited(cast.branch, name="本社"))

    def test_is_recorded_with_before_and_after(self, administrator, cast, tx):
        edit_department(administrator, edited(cast.branch, name="西支社"))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.edit_department")).scalar_one()
        assert (record.changes[0]["before"]["full_name"], record.changes[0]["after"]["full_name"]) == ("支社", "西支社")


class TestRetire:
    def test_an_empty_one_is_retired_and_comes_back(self, administrator, tx):
        department = make_department(tx, "空の部")
        retire_department(administrator, DepartmentAsk(id=department.id))
        assert department.retired_at is not None
        assert department.id not in [one.value for one in department_choices(administrator, Nothing())]
        reinstate_department(administrator, DepartmentAsk(id=department.id))
        assert department.retired_at is None

    def test_one_with_people_or_departments_stays(self, administrator, cast):
        with pytest.raises(Refused, match="支社"):
            retire_department(administrator, DepartmentAsk(id=cast.branch.id))
        with pytest.raises(Refused, match="本社"):
            retire_department(administrator, DepartmentAsk(id=cast.head_office.id))

    def test_is_refused_without_permission_and_out_of_reach(self, staff, limited, cast):
        for operation in (retire_department, reinstate_department):
            with pytest.raises(NotAllowed):
                operation(staff, DepartmentAsk(id=cast.branch.id))
            with pytest.raises(NotFound):
                operation(limited(operation.name), DepartmentAsk(id=cast.branch.id))

    def test_does_not_come_back_below_a_retired_one(self, administrator, tx):
        top = make_department(tx, "上")
        below = make_department(tx, "下", top)
        top.retired_at = below.retired_at = tx.now
        with pytest.raises(Refused, match="上"):
            reinstate_department(administrator, DepartmentAsk(id=below.id))

    def test_is_recorded(self, administrator, tx):
        retire_department(administrator, DepartmentAsk(id=make_department(tx, "空の部").id))
        assert tx.scalar(select(AuditRecord.id).where(AuditRecord.process == "people.retire_department"))


class TestLists:
    def test_come_in_the_order_of_the_tree_with_active_people(self, administrator, cast, tx):
        make_person(tx, department=cast.branch).retired_at = tx.now
        make_department(tx, "本社別館")
        rows = list_departments(administrator, DepartmentsAsk()).rows
        assert [row.full_name for row in rows] == ["支社", "本社", "本社 / 総務部", "本社別館"]
        assert [row.people for row in rows] == [2, 2, 1, 0]

    def test_are_found_by_name_or_code(self, administrator, cast, tx):
        cast.branch.code = "W-9"
        tx.session.flush()
        assert [row.id for row in list_departments(administrator, DepartmentsAsk(text="w-9")).rows] == [cast.branch.id]
        found = list_departments(administrator, DepartmentsAsk(text="総務")).rows
        assert [row.id for row in found] == [cast.general_affairs.id]

    def test_show_what_is_within_reach(self, manager, limited, staff, cast):
        assert [row.full_name for row in list_departments(manager, DepartmentsAsk()).rows] == ["本社", "本社 / 総務部"]
        chosen = department_choices(limited("people.department_choices"), Nothing())
        assert [one.label for one in chosen] == ["本社", "本社 / 総務部"]
        for query, ask in ((list_departments, DepartmentsAsk()), (department_choices, Nothing())):
            with pytest.raises(NotAllowed):
                query(staff, ask)
