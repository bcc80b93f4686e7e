"""Who sees which change-sets, which of their records, and the history of whom."""

from datetime import timedelta

import pytest

from core.clock import today
from core.errors import NotAllowed, NotFound
from core.inputs import Nothing
from services.changes import erase, history, kind_choices, list_records, search_sets, show_set
from services.changes.search import HistoryAsk, RecordsAsk, SetsAsk, WhichSet
from services.people import add_department, edit_person, retire_people
from services.people.department_edit import DepartmentFields
from services.people.kept import PEOPLE
from services.people.retire import Several
from tests.factories import make_person
from tests.services.changes.stage import latest
from tests.services.people.asks import editable


@pytest.fixture
def edited(administrator, cast):
    """A change-set of the administrator: somebody's family name and department."""
    edit_person(administrator, editable(administrator, cast.far, family_name="遠山", department_id=cast.head_office.id))
    return latest(administrator)


def of_person(person):
    return HistoryAsk(kind="person", record_id=person.id)


class TestList:
    def test_the_latest_first_with_filters(self, administrator, edited, cast):
        add_department(administrator, DepartmentFields(name="新設"))
        rows = search_sets(administrator, SetsAsk()).rows
        assert [row.process for row in rows] == ["people.add_department", "people.edit"]
        assert [row.id for row in search_sets(administrator, SetsAsk(kind="person")).rows] == [edited.id]
        assert len(search_sets(administrator, SetsAsk(by="花子", since=today(), until=today())).rows) == 2
        assert not search_sets(administrator, SetsAsk(by="太郎")).rows
        assert not search_sets(administrator, SetsAsk(since=today() + timedelta(days=1))).rows

    def test_with_a_limited_reach_only_ones_own(self, manager, edited, cast):
        assert search_sets(manager, SetsAsk()).rows == []
        with pytest.raises(NotFound):
            show_set(manager, WhichSet(id=edited.id))
        edit_person(manager, editable(manager, cast.staff, family_name="一"))
        assert len(search_sets(manager, SetsAsk()).rows) == 1

    def test_the_kinds_are_those_that_are_kept(self, administrator):
        assert [one.value for one in kind_choices(administrator, Nothing())] == [
            "department", "person", "person_list", "roles", "mail_template", "question_form", "rule",
            "planned_contact",
        ]  # fmt: skip

    def test_what_the_actor_may_not_do_is_not_offered_to_be_undone(self, limited, cast, administrator):
        tx = limited("people.edit", "people.show", "changes.show")
        edit_person(tx, editable(tx, cast.staff, family_name="一"))
        made = latest(tx)
        assert show_set(tx, WhichSet(id=made.id)).undoable
        assert not show_set(limited("changes.show"), WhichSet(id=made.id)).undoable


class TestRecords:
    def test_in_the_writing_for_people(self, administrator, edited):
        (row,) = list_records(administrator, RecordsAsk(id=edited.id)).rows
        assert (row.name, row.action, row.there, row.page) == ("遠山 四郎", "changed", True, "people/person.py")
        assert [(one.label, one.before, one.after) for one in row.fields] == [
            ("姓", "遠方", "遠山"), ("部署", "支社", "本社")
        ]  # fmt: skip
        assert not list_records(administrator, RecordsAsk(id=edited.id, action="added")).rows
        assert not list_records(administrator, RecordsAsk(id=edited.id, kind="department")).rows

    def test_only_of_those_within_reach(self, limited, administrator, cast):
        near = make_person(administrator, "近", "所", cast.general_affairs)
        tx = limited("people.retire", "changes.records", "people.show")
        retire_people(administrator, Several(person_ids=[near.id, cast.far.id]))
        made = latest(administrator)
        made.account_id = tx.actor.account_id
        administrator.session.flush()
        assert [row.record_id for row in list_records(tx, RecordsAsk(id=made.id)).rows] == [near.id]
        assert list_records(limited("changes.records"), RecordsAsk(id=made.id)).rows == []

    def test_pages_by_key(self, administrator, cast):
        people = [make_person(administrator) for _at in range(5)]
        retire_people(administrator, Several(person_ids=[person.id for person in people]))
        made = latest(administrator)
        first = list_records(administrator, RecordsAsk(id=made.id, size=3))
        second = list_records(administrator, RecordsAsk(id=made.id, size=3, after=first.next))
        assert [row.record_id for row in [*first.rows, *second.rows]] == sorted(person.id for person in people)

    def test_what_is_erased_says_so(self, administrator, edited, cast):
        erase(administrator, PEOPLE, [cast.far.id])
        administrator.session.expire_all()
        (row,) = list_records(administrator, RecordsAsk(id=edited.id)).rows
        assert row.erased
        assert {(one.before, one.after) for one in row.fields} == {("消去済み", "消去済み")}
        assert {one.label for one in row.fields} == {"姓", "部署"}


class TestHistory:
    def test_the_latest_first_with_who_and_what(self, administrator, manager, edited, cast):
        edit_person(manager, editable(manager, cast.far, family_name="遠藤"))
        rows = history(administrator, of_person(cast.far)).rows
        assert [(row.by, row.title) for row in rows] == [
            ("部長 太郎", "利用者を変更する"), ("管理 花子", "利用者を変更する")
        ]  # fmt: skip
        assert [(one.label, one.before, one.after) for one in rows[0].fields] == [("姓", "遠山", "遠藤")]
        assert [row.own_set for row in rows] == [True, True]
        assert [row.own_set for row in history(manager, of_person(cast.far)).rows] == [True, False]

    def test_of_nobody_out_of_reach(self, administrator, manager, cast):
        edit_person(administrator, editable(administrator, cast.far, family_name="遠山"))
        assert history(administrator, of_person(cast.far)).rows
        assert history(manager, of_person(cast.far)).rows == []

    def test_needs_its_own_permission_and_that_of_the_record(self, limited, administrator, cast):
        edit_person(administrator, editable(administrator, cast.staff, family_name="一"))
        assert history(limited("changes.history", "people.show"), of_person(cast.staff)).rows
        assert history(limited("changes.history"), of_person(cast.staff)).rows == []
        with pytest.raises(NotAllowed):
            history(limited("people.show"), of_person(cast.staff))

    def test_of_a_kind_that_nobody_keeps(self, administrator):
        with pytest.raises(NotFound):
            history(administrator, HistoryAsk(kind="nothing", record_id=1))
