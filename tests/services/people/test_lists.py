"""Lists of people."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.inputs import Nothing
from services.people import add_to_list, delete_list, edit_list, list_choices, list_lists, remove_from_list
from services.people.lists import ListAsk, ListFields, ListMembers, ListsAsk


@pytest.fixture
def made(administrator):
    """A list."""
    return edit_list(administrator, ListFields(name="応急救護"))


def members(made, *people):
    return ListMembers(list_id=made.id, person_ids=[person.id for person in people])


class TestEdit:
    def test_makes_and_renames(self, administrator, made):
        renamed = edit_list(administrator, ListFields(id=made.id, version=1, name="応急救護班"))
        assert (renamed.id, renamed.name, renamed.version) == (made.id, "応急救護班", 2)
        assert [one.label for one in list_choices(administrator, Nothing())] == ["応急救護班"]

    def test_a_taken_name_and_an_old_version_are_refused(self, administrator, made):
        with pytest.raises(Invalid):
            edit_list(administrator, ListFields(name="応急救護"))
        edit_list(administrator, ListFields(id=made.id, version=1, name="甲"))
        with pytest.raises(Conflict):
            edit_list(administrator, ListFields(id=made.id, version=1, name="乙"))
        with pytest.raises(NotFound):
            edit_list(administrator, ListFields(id=made.id + 1, version=1, name="乙"))

    def test_is_refused_without_permission(self, staff):
        with pytest.raises(NotAllowed):
            edit_list(staff, ListFields(name="甲"))

    def test_is_recorded(self, made, tx):
        assert tx.scalar(select(AuditRecord.subject).where(AuditRecord.process == "people.edit_list"))


class TestMembers:
    def test_are_put_on_once_and_taken_off(self, administrator, made, cast):
        assert add_to_list(administrator, members(made, cast.far, cast.staff)).count == 2
        assert add_to_list(administrator, members(made, cast.far)).count == 0
        assert remove_from_list(administrator, members(made, cast.far)).count == 1
        assert list_lists(administrator, ListsAsk()).rows[0].people == 1

    def test_are_counted_within_reach(self, administrator, limited, made, cast):
        add_to_list(administrator, members(made, cast.far, cast.staff))
        assert list_lists(limited("people.lists"), ListsAsk(text="救護")).rows[0].people == 1

    @pytest.mark.parametrize("operation", [add_to_list, remove_from_list])
    def test_out_of_reach_without_permission_or_without_list_is_refused(
        self, operation, administrator, limited, made, cast
    ):
        with pytest.raises(NotAllowed):
            operation(limited(), members(made, cast.staff))
        with pytest.raises(NotFound):
            operation(limited(operation.name), members(made, cast.far))
        with pytest.raises(NotFound):
            operation(administrator, ListMembers(list_id=made.id + 1, person_ids=[cast.far.id]))

    def test_are_recorded(self, administrator, made, cast, tx):
        add_to_list(administrator, members(made, cast.far))
        remove_from_list(administrator, members(made, cast.far))
        found = tx.execute(select(AuditRecord.process).order_by(AuditRecord.id)).scalars().all()
        assert found[-2:] == ["people.list_add", "people.list_remove"]


class TestDelete:
    def test_goes_and_leaves_the_people(self, administrator, made, cast):
        add_to_list(administrator, members(made, cast.far))
        delete_list(administrator, ListAsk(id=made.id))
        assert list_lists(administrator, ListsAsk()).rows == []

    def test_is_refused_without_permission(self, staff, made):
        for call, ask in ((delete_list, ListAsk(id=made.id)), (list_lists, ListsAsk()), (list_choices, Nothing())):
            with pytest.raises(NotAllowed):
                call(staff, ask)

    def test_is_recorded(self, administrator, made, tx):
        delete_list(administrator, ListAsk(id=made.id))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.delete_list")).scalar_one()
        assert record.changes[0]["before"] == "応急救護"
