"""Undoing a change-set: exactly what the preview said, or nothing."""

import pytest
from sqlalchemy import func, select

from core.actor import WHOLE, Actor, What
from core.errors import Conflict, NotAllowed, NotFound, Refused
from core.i18n import _
from data.models.access import AccountStatus
from data.models.changes import ChangeSet
from data.models.people import Membership, Person, PersonList, PersonListMember
from services.changes import erase, list_standing, prepare_undo, show_set, undo
from services.changes.search import WhichSet
from services.changes.standing import StandingAsk
from services.changes.steps import Decision
from services.people import (
    add_department,
    add_person,
    edit_department,
    edit_person,
    reinstate_people,
    retire_department,
    retire_people,
)
from services.people.department_edit import DepartmentFields, EditedDepartment
from services.people.departments import DepartmentAsk
from services.people.fields import PersonFields
from services.people.kept import PEOPLE
from services.people.kept.people_blocked import PLACE_GONE
from services.people.retire import Several
from tests.factories import account_of, actor_of, make_person
from tests.services.changes.stage import changes_of, latest, state, undone
from tests.services.people.asks import editable
from tests.services.people.conftest import importer  # noqa: F401 - the fixture
from tests.services.people.importing import csv_of

UNDOING = ("changes.prepare_undo", "changes.undo", "changes.undo_rows", "people.edit", "people.show")


def edit(tx, person, **changed):
    """Change somebody and return the change-set."""
    tx.session.expire_all()
    edit_person(tx, editable(tx, person, **changed))
    return latest(tx)


def several(*people):
    return Several(person_ids=[person.id for person in people])


class TestPeople:
    def test_an_edit_goes_back_with_everything_that_belongs_to_it(self, administrator, cast):
        before = state(administrator)
        made = edit(
            administrator, cast.staff, family_name="改", department_id=cast.branch.id, area_codes=["1310100"],
            mail1="s@x.jp", mobile="09012345678", login="other", language="en",
        )  # fmt: skip
        done = undone(administrator, made)
        assert state(administrator) == before
        assert (done.state, done.counts["done"], done.counts["stayed"]) == ("undone", 1, 0)
        assert show_set(administrator, WhichSet(id=made.id)).undone_by_id == done.made_id

    def test_no_address_comes_back_to_somebody_who_may_do_more(self, acting, administrator, cast):
        grants = {(name, what): WHOLE for name in UNDOING for what in What}
        clerk = acting(Actor("事務", account_id=account_of(administrator, cast.staff).id, grants=grants))
        assert undone(clerk, edit(administrator, cast.staff, mail1="before@example.jp")).counts["done"] == 1
        made = edit(administrator, cast.manager, mail1="before@example.jp")
        with pytest.raises(Refused):
            undone(clerk, made)

    def test_a_retirement_goes_back_with_departments_and_accounts(self, administrator, cast):
        before = state(administrator)
        retire_people(administrator, several(cast.staff, cast.far))
        undone(administrator, latest(administrator))
        assert state(administrator) == before
        assert account_of(administrator, cast.staff).status is AccountStatus.ACTIVE

    def test_accounts_stay_stopped_for_who_may_not_open_them(self, limited, cast, administrator):
        tx = limited(*UNDOING, "people.retire")
        person = make_person(administrator, "退職", "者", cast.general_affairs)
        retire_people(tx, several(person))
        undone(tx, latest(tx))
        tx.session.expire_all()
        assert tx.get(Person, person.id).retired_at is None

    def test_taking_back_goes_back_to_retired_and_departments_return(self, administrator, cast):
        retire_people(administrator, several(cast.far))
        before = state(administrator)
        reinstate_people(administrator, several(cast.far))
        undone(administrator, latest(administrator))
        assert state(administrator) == before

    def test_somebody_added_is_removed_and_comes_back_under_the_same_number(self, administrator, cast):
        before = state(administrator)
        ask = PersonFields(
            code="N1", family_name="新人", department_id=cast.branch.id, area_codes=["1310100"], mail1="n@example.jp",
            mobile="09012345678", login="n1",
        )  # fmt: skip
        add_person(administrator, ask)
        with_them, made = state(administrator), latest(administrator)
        undone(administrator, made)
        assert state(administrator) == before
        undone(administrator, latest(administrator))
        assert state(administrator) == with_them
        assert latest(administrator).counts == {"person": {"added": 1}}
        assert show_set(administrator, WhichSet(id=made.id)).undone_by_id is None

    def test_whom_something_refers_to_is_retired_instead(self, administrator, cast):
        added = add_person(administrator, PersonFields(code="N1", family_name="新人", login="n1"))
        made = latest(administrator)
        members = PersonList(name="応急手当")
        administrator.add(members)
        administrator.add(PersonListMember(list_id=members.id, person_id=added.id))
        undone(administrator, made)
        administrator.session.expire_all()
        assert administrator.get(Person, added.id).retired_at is not None
        assert latest(administrator).counts == {"person": {"retired": 1}}

    def test_undoing_an_undo_of_an_undo(self, administrator, cast):
        made = edit(administrator, cast.far, family_name="遠山")
        edited = state(administrator)
        first = undone(administrator, made)
        second = undone(administrator, administrator.get(ChangeSet, first.made_id))
        assert state(administrator) == edited
        third = undone(administrator, administrator.get(ChangeSet, second.made_id))
        standing = {one: show_set(administrator, WhichSet(id=one)).undone_by_id
                    for one in (made.id, first.made_id, second.made_id, third.made_id)}  # fmt: skip
        assert standing == {made.id: first.made_id, first.made_id: None, second.made_id: third.made_id,
                            third.made_id: None}  # fmt: skip


class TestChangedSince:
    def test_the_preview_names_who_changed_what_and_leaves_it(self, administrator, manager, cast):
        retired = make_person(administrator, "別", "人", cast.head_office)
        several_edited = [cast.staff, retired]
        for person in several_edited:
            edit(administrator, person, family_kana="カナ")
        made = latest(administrator)
        edit(manager, retired, family_kana="ベツ", given_name="改")
        looked = prepare_undo(administrator, WhichSet(id=made.id))
        assert looked.counts == {"free": 0, "touched": 1, "blocked": 0}
        (row,) = list_standing(administrator, StandingAsk(id=looked.id)).rows
        assert (row.name, row.by, row.standing) == ("別 改", "部長 太郎", "touched")
        assert [(one.label, one.before, one.after) for one in row.overwritten] == [("姓（カナ）", "ベツ", "ミホン")]
        with pytest.raises(Refused):
            undo(administrator, Decision(id=looked.id))

    def test_another_field_is_no_conflict_and_stays(self, administrator, manager, cast):
        made = edit(administrator, cast.staff, family_kana="カナ")
        edit(manager, cast.staff, mail1="s@x.jp")
        assert undone(administrator, made).counts["touched"] == 0
        now = state(administrator)["person"][cast.staff.id]
        assert (now["family_kana"], now["mails"]) == ("シャイン", ["s@x.jp"])

    def test_all_overwrites(self, administrator, cast):
        made = edit(administrator, cast.far, family_name="一")
        edit(administrator, cast.far, family_name="二")
        undone(administrator, made, overwrite=True)
        assert state(administrator)["person"][cast.far.id]["family_name"] == "遠方"

    def test_only_the_untouched_of_an_import_go_back(self, importer, administrator, cast):  # noqa: F811
        rows = [(f"A{at}", f"姓{at}", "", "", "", "", "本社") for at in range(3)]
        importer.all_of(csv_of(*rows))
        made = latest(administrator)
        second = administrator.execute(select(Person).where(Person.code == "A1")).scalar_one()
        edit(administrator, second, family_name="変更")
        touched = state(administrator)["person"][second.id]
        done = undone(administrator, made)
        assert done.counts == {"free": 2, "touched": 1, "blocked": 0, "done": 2, "stayed": 0}
        codes = set(administrator.execute(select(Person.code).where(Person.code.startswith("A"))).scalars())
        assert codes == {"A1"}
        assert state(administrator)["person"][second.id] == touched

    def test_something_changed_after_the_preview_refuses_it(self, administrator, cast):
        made = edit(administrator, cast.far, family_name="一")
        looked = prepare_undo(administrator, WhichSet(id=made.id))
        edit(administrator, cast.far, family_name="二")
        with pytest.raises(Conflict):
            undo(administrator, Decision(id=looked.id, overwrite=True))
        assert state(administrator)["person"][cast.far.id]["family_name"] == "二"


class TestBlocked:
    def reason(self, tx, made):
        looked = prepare_undo(tx, WhichSet(id=made.id))
        assert looked.counts["blocked"] == 1
        (row,) = list_standing(tx, StandingAsk(id=looked.id)).rows
        with pytest.raises(Refused):
            undo(tx, Decision(id=looked.id, overwrite=True))
        return row.reason

    def test_a_code_that_somebody_has_by_now(self, administrator, cast):
        before = cast.far.code
        made = edit(administrator, cast.far, code="NEW1")
        make_person(administrator, code=before)
        assert "番号" in self.reason(administrator, made)

    def test_a_login_name_that_somebody_has_by_now(self, administrator, cast):
        made = edit(administrator, cast.staff, login="renamed")
        edit(administrator, cast.far, login="staff")
        assert "ログイン" in self.reason(administrator, made)

    def test_a_mail_address_that_somebody_has_by_now(self, administrator, cast):
        edit(administrator, cast.far, mail1="a@x.jp")
        made = edit(administrator, cast.far, mail1="")
        make_person(administrator, mail="A@x.jp")
        assert "メール" in self.reason(administrator, made)

    def test_a_retired_person_whose_address_somebody_has_by_now(self, administrator, cast):
        edit(administrator, cast.far, mail1="a@x.jp")
        retire_people(administrator, several(cast.far))
        made = latest(administrator)
        make_person(administrator, mail="a@x.jp")
        assert "メール" in self.reason(administrator, made)

    def test_a_department_that_is_retired_by_now(self, administrator, cast):
        made = edit(administrator, cast.staff, department_id=cast.branch.id)
        retire_department(administrator, DepartmentAsk(id=cast.general_affairs.id))
        assert self.reason(administrator, made) == _(PLACE_GONE)

    def test_what_is_erased(self, administrator, cast):
        made = edit(administrator, cast.far, family_name="一")
        erase(administrator, PEOPLE, [cast.far.id])
        assert self.reason(administrator, made)

    def test_somebody_who_may_do_more(self, limited, administrator, cast):
        made = edit(administrator, cast.manager, login="chief")
        administrator.execute(ChangeSet.__table__.update().values(account_id=account_of(administrator, cast.staff).id))
        tx = limited(*UNDOING)
        assert self.reason(tx, made)


class TestReach:
    def test_what_lies_outside_stays_and_is_not_named(self, limited, administrator, cast):
        edit(administrator, cast.far, family_name="一")
        made = latest(administrator)
        administrator.execute(ChangeSet.__table__.update().values(account_id=account_of(administrator, cast.staff).id))
        tx = limited(*UNDOING)
        looked = prepare_undo(tx, WhichSet(id=made.id))
        assert looked.counts == {"free": 0, "touched": 0, "blocked": 1}
        assert list_standing(tx, StandingAsk(id=looked.id)).rows == []

    def test_nobody_moves_people_out_of_their_reach_by_an_undo(self, limited, administrator, cast):
        made = edit(administrator, cast.far, department_id=cast.head_office.id)
        administrator.execute(ChangeSet.__table__.update().values(account_id=account_of(administrator, cast.staff).id))
        looked = prepare_undo(limited(*UNDOING), WhichSet(id=made.id))
        assert looked.counts["blocked"] == 1

    def test_a_change_set_of_somebody_else_is_not_found(self, limited, administrator, cast):
        made = edit(administrator, cast.staff, family_name="一")
        with pytest.raises(NotFound):
            prepare_undo(limited(*UNDOING), WhichSet(id=made.id))

    def test_needs_the_permission_of_what_is_undone(self, limited, administrator, cast):
        tx = limited(*UNDOING)
        made = edit(tx, cast.staff, family_name="一")
        for process in UNDOING:
            if process in {"people.show", "changes.undo_rows"}:
                continue
            with pytest.raises(NotAllowed):
                undone(limited(*(one for one in UNDOING if one != process)), made)
        assert undone(tx, made).state == "undone"


class TestTwice:
    def test_is_refused(self, administrator, cast):
        made = edit(administrator, cast.far, family_name="一")
        first = prepare_undo(administrator, WhichSet(id=made.id))
        second = prepare_undo(administrator, WhichSet(id=made.id))
        undo(administrator, Decision(id=first.id))
        with pytest.raises(Refused):
            undo(administrator, Decision(id=second.id))
        with pytest.raises(Refused):
            prepare_undo(administrator, WhichSet(id=made.id))

    def test_an_undo_of_somebody_else_is_not_found(self, administrator, manager, acting, tx, cast):
        made = edit(administrator, cast.far, family_name="一")
        looked = prepare_undo(administrator, WhichSet(id=made.id))
        with pytest.raises(NotFound):
            undo(acting(actor_of(tx, cast.administrator).system("other")), Decision(id=looked.id))


class TestDepartments:
    def test_a_move_with_all_below_goes_back(self, administrator, cast):
        before = state(administrator)
        edit_department(
            administrator,
            EditedDepartment(id=cast.general_affairs.id, version=1, name="庶務部", parent_id=cast.branch.id, code="X"),
        )
        undone(administrator, latest(administrator))
        assert state(administrator) == before

    def test_one_that_was_added_is_removed_unless_somebody_is_in_it(self, administrator, cast):
        before = state(administrator)
        added = add_department(administrator, DepartmentFields(name="新設", parent_id=cast.branch.id))
        made = latest(administrator)
        undone(administrator, made)
        assert state(administrator) == before
        undone(administrator, latest(administrator))
        administrator.add(Membership(person_id=cast.far.id, department_id=added.id, main=False))
        assert prepare_undo(administrator, WhichSet(id=made.id)).counts["blocked"] == 1

    def test_a_name_that_is_taken_by_now(self, administrator, cast):
        edit_department(administrator, EditedDepartment(id=cast.branch.id, version=1, name="改名", parent_id=None))
        made = latest(administrator)
        add_department(administrator, DepartmentFields(name="支社"))
        assert prepare_undo(administrator, WhichSet(id=made.id)).counts["blocked"] == 1

    def test_would_lie_below_itself(self, administrator, cast):
        below = add_department(administrator, DepartmentFields(name="乙", parent_id=cast.branch.id))
        edit_department(administrator, EditedDepartment(id=below.id, version=1, name="乙", parent_id=None))
        made = latest(administrator)
        edit_department(administrator, EditedDepartment(id=cast.branch.id, version=1, name="支社", parent_id=below.id))
        before = state(administrator)
        with pytest.raises(Refused), administrator.session.begin_nested():
            undone(administrator, made)
        assert state(administrator) == before

    def test_an_import_with_new_departments_goes_back_and_comes_back(self, importer, administrator, cast):  # noqa: F811
        before = state(administrator)
        importer.all_of(
            csv_of(("A1", "一", "", "", "", "", "本社>甲>乙"), ("A2", "二", "", "", "", "", "本社>甲")), create=True
        )
        imported, made = state(administrator), latest(administrator)
        undone(administrator, made)
        assert state(administrator) == before
        undone(administrator, latest(administrator))
        assert state(administrator) == imported

    def test_departments_in_which_somebody_stays_stay(self, importer, administrator, cast):  # noqa: F811
        importer.all_of(
            csv_of(("A1", "一", "", "", "", "", "本社>甲>乙"), ("A2", "二", "", "", "", "", "本社>丙")), create=True
        )
        made = latest(administrator)
        first = administrator.execute(select(Person).where(Person.code == "A1")).scalar_one()
        edit(administrator, first, family_name="変更")
        done = undone(administrator, made)
        assert done.counts == {"free": 2, "touched": 3, "blocked": 0, "done": 2, "stayed": 0}
        names = {name for name in state(administrator)["paths"].values() if name.startswith("本社 / ")}
        assert names == {"本社 / 甲", "本社 / 甲 / 乙", "本社 / 総務部"}


def test_it_is_a_change_set_with_who_did_it(administrator, manager, cast):
    made = edit(manager, cast.staff, family_name="一")
    undone(administrator, made)
    found = latest(administrator)
    assert (found.process, found.undoes_id, found.actor) == ("changes.undo", made.id, "管理 花子")
    change = changes_of(administrator, found)["person", cast.staff.id]
    assert (change.before["family_name"], change.after["family_name"]) == ("一", "社員")
    assert administrator.scalar(select(func.count()).select_from(ChangeSet)) == 2
