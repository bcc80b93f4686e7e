"""Imports of what belongs to people: memberships, regions, permission sets (D04–D06)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core import csvout
from core.actor import What
from core.audit import AuditRecord
from core.errors import Invalid, NotAllowed, Refused
from core.i18n import using_language
from core.inputs import Nothing
from core.paging import PageAsk
from data.models.access import Account, PermissionAssignment, PermissionSet, ReachKind, SignInSession
from data.models.changes import Change, ChangeSet
from data.models.people import ImportKind, Membership, Person, RowAction
from pages.public.file_rows import Rows
from services.access import list_roles
from services.changes import prepare_undo, undo
from services.people import export_departments, list_memberships, list_person_regions
from services.people.imports.memberships import MembershipsAsk
from tests.factories import account_of, actor_of, give, make_account, make_department, make_person
from tests.services.people.importing import SYSTEM, csv_of
from tests.services.people.test_search_kept import wrong

MEMBERSHIPS = ("社員番号", "部署", "主務")
REGIONS = ("社員番号", "地域")
MANAGER = "部門マネージャー"
ROLES = ("社員番号", "権限セット", "範囲", "対象部署")
IMPORTING = ("people.upload", "people.map_import", "people.apply_import", "people.import_show", "people.import_rows")
LISTS = {
    ImportKind.MEMBERSHIPS: (list_memberships, MembershipsAsk()),
    ImportKind.ROLES: (list_roles, PageAsk()),
    ImportKind.REGIONS: (list_person_regions, PageAsk()),
}


@pytest.fixture
def start(importer):
    """Upload a file."""

    def starting(kind, *rows, header, actor=SYSTEM):
        return importer.start(csv_of(*rows, header=header), kind=kind, actor=actor)

    return starting


@pytest.fixture
def person(tx, cast):
    """Somebody in 総務部 (main) and 支社, with two regions."""
    found = make_person(tx, department=cast.general_affairs, area="1310100", code="P1")
    tx.add(Membership(person_id=found.id, department_id=cast.branch.id, main=False))
    return found


def places(tx, person):
    """Return the departments of a person, the main one first."""
    tx.session.expire_all()
    rows = select(Membership.department_id).where(Membership.person_id == person.id)
    return list(tx.execute(rows.order_by(Membership.main.desc(), Membership.department_id)).scalars())


def roles(tx, person):
    """Return the permission sets of a person with how far they go."""
    tx.session.expire_all()
    found = (
        select(PermissionSet.shipped, PermissionAssignment.reach, PermissionAssignment.department_id)
        .join(PermissionAssignment, PermissionAssignment.set_id == PermissionSet.id)
        .join(Account, Account.id == PermissionAssignment.account_id)
        .where(Account.person_id == person.id)
    )
    return {tuple(row) for row in tx.execute(found)}


def file_of(tx, actor, kind, language):
    """Return what the page of files gives for a kind."""
    process, ask = LISTS[kind]
    with using_language(language):
        rows = Rows(process, actor, ask, process(tx, ask))
        return csvout.lines([rows.header, *(row for page in rows.pages() for row in page)]).encode("utf-8-sig")


class TestUnchanged:
    @pytest.mark.parametrize("language", ["ja", "en"])
    @pytest.mark.parametrize("kind", LISTS)
    @pytest.mark.usefixtures("cast")
    def test_a_file_that_nobody_touched_changes_nothing(self, importer, tx, person, kind, language):
        give(tx, make_account(tx, person), "manager", ReachKind.WHOLE)
        importing = importer.start(file_of(tx, SYSTEM, kind, language), kind=kind)
        counts = importing.check().counts
        assert counts["rows"] == counts["same"] > 0, (importing.mapping, importing.problems())

    def test_nor_does_one_of_departments_by_name_or_by_code(self, importer, tx, cast):
        make_department(tx, "廃止部").retired_at = tx.now
        for coded in (False, True):
            if coded:
                for one in (cast.head_office, cast.general_affairs, cast.branch):
                    one.code = f"D{one.id}"
                tx.session.flush()
            made = export_departments(tx, Nothing())
            importing = importer.start(made.content, kind=ImportKind.DEPARTMENTS)
            counts = importing.check().counts
            assert (counts["same"], made.rows, counts["rows"]) == (3, 3, 3), importing.problems()
            assert ("parent_code" in importing.mapping) is coded

    def test_administrators_are_not_in_the_file(self, tx, cast):
        assert cast.administrator.code.encode() not in file_of(tx, SYSTEM, ImportKind.ROLES, "ja")


class TestMemberships:
    def test_a_person_has_exactly_what_the_rows_say(self, start, tx, cast, person):
        new = make_department(tx, "新部署")
        importing = start(ImportKind.MEMBERSHIPS, ("P1", "新部署", "○"), ("P1", "支社", ""), header=MEMBERSHIPS)
        counts = importing.check().counts
        assert [row.action for row in importing.rows()] == [RowAction.ADD, RowAction.SAME]
        assert counts["gone"] == 1
        assert [(one.before, one.after) for one in importing.rows()[0].changes] == [
            ("", "新部署"), ("本社 / 総務部", ""), ("本社 / 総務部", "新部署"),
        ]  # fmt: skip
        before = tx.get(Person, person.id).version
        importing.apply()
        assert places(tx, person) == [new.id, cast.branch.id]
        assert wrong(tx) == [], "what people are found by follows"
        assert tx.get(Person, person.id).version == before + 1
        assert places(tx, cast.staff) == [cast.general_affairs.id]

    def test_the_main_one_stays_unless_another_is_marked(self, start, tx, cast, person):
        as_it_is = start(ImportKind.MEMBERSHIPS, ("P1", "支社"), ("P1", "総務部"), header=MEMBERSHIPS[:2])
        assert as_it_is.check().counts["same"] == 2
        importing = start(ImportKind.MEMBERSHIPS, ("P1", "支社", "主"), ("P1", "総務部", ""), header=MEMBERSHIPS)
        assert importing.check().counts["change"] == 1
        importing.apply()
        assert places(tx, person) == [cast.branch.id, cast.general_affairs.id]

    def test_with_a_column_that_says_so_rows_add_and_remove_one_thing(self, start, tx, cast, person):
        header = ("社員番号", "部署", "操作")
        importing = start(ImportKind.MEMBERSHIPS, ("P1", "総務部", "削除"), ("P1", "本社", "追加"),
                          (cast.staff.code, "支社", "削除"), header=header)  # fmt: skip
        assert importing.check().counts["gone"] == 0
        assert [row.action for row in importing.rows()] == [RowAction.CHANGE, RowAction.ADD, RowAction.SAME]
        importing.apply()
        assert places(tx, person) == [cast.branch.id, cast.head_office.id]

    def test_an_empty_cell_means_none_and_missing_departments_are_made_if_wanted(self, start, tx, cast, person):
        importing = start(
            ImportKind.MEMBERSHIPS, ("P1", ""), (cast.far.code, "支社 / 新課"), header=MEMBERSHIPS[:2]
        )  # fmt: skip
        assert importing.check().counts["error"] == 1
        assert importing.check(create=True).counts["departments"] == 1
        importing.apply()
        assert places(tx, person) == []
        assert len(places(tx, cast.far)) == 1

    def test_a_code_without_its_zeros_makes_no_department(self, start, tx, cast, person):
        cast.branch.code = "010"
        importing = start(ImportKind.MEMBERSHIPS, ("P1", "10"), header=MEMBERSHIPS[:2])
        importing.check(create=True)
        ((line, column, said),) = importing.problems()
        assert (line, column) == (2, "部署")
        assert "010" in said

    def test_a_person_is_taken_as_a_whole_or_not_at_all(self, start, tx, cast, person):
        importing = start(
            ImportKind.MEMBERSHIPS, ("P1", "どこか", ""), ("P1", "支社", ""), (cast.far.code, "本社", ""),
            header=MEMBERSHIPS,
        )  # fmt: skip
        assert importing.check().counts["error"] == 2
        importing.apply(good_rows_only=True)
        assert places(tx, person) == [cast.general_affairs.id, cast.branch.id]
        assert places(tx, cast.far) == [cast.head_office.id]

    def test_what_cannot_be_used_is_named(self, start, tx, cast, person):
        make_person(tx, code="0077"), make_person(tx, code="R1", department=cast.branch)
        tx.scalar(select(Person).where(Person.code == "R1")).retired_at = tx.now
        make_person(tx, code="Q1"), make_person(tx, code="Q2")
        rows = [("P1", "本社", ""), ("P1", "本社", ""), ("77", "本社", ""), ("p1", "本社", ""), ("X9", "本社", ""),
                ("R1", "本社", ""), ("", "本社", ""), ("=1", "本社", ""), ("Q1", "本社", "○"), ("Q1", "支社", "○"),
                ("Q2", "", ""), ("Q2", "本社", ""), (cast.far.code, "支社", "たぶん")]  # fmt: skip
        importing = start(ImportKind.MEMBERSHIPS, *rows, header=MEMBERSHIPS)
        assert importing.check().counts["error"] == len(rows)
        assert [(line, column) for line, column, text in importing.problems() if text] == [
            (2, ""), (3, "部署"), (4, "社員番号"), (5, "社員番号"), (6, "社員番号"), (7, "社員番号"), (8, "社員番号"),
            (9, "社員番号"), (10, ""), (11, "主務"), (12, "部署"), (13, ""), (14, "主務"),
        ]  # fmt: skip

    def test_files_as_excel_and_others_save_them(self, importer, tx, cast, person):
        for encoding in ("cp932", "utf-8-sig", "utf-16", "euc_jp"):
            content = csv_of(("P1", "総務部", "○"), ("P1", "支社", ""), header=MEMBERSHIPS, encoding=encoding)
            assert importer.start(content, kind=ImportKind.MEMBERSHIPS).check().counts["same"] == 2
        broken = "社員番号,部署,主務\r\nP1,支社\r\nP1,総務部,,多い\r\nP1,=cmd,\r\n".encode("cp932")
        importing = importer.start(broken, kind=ImportKind.MEMBERSHIPS)
        assert importing.check().counts["error"] == 3
        assert [(line, column) for line, column, _ in importing.problems()] == [(2, ""), (3, ""), (4, "部署")]

    def test_a_mapping_without_the_person_or_the_thing_is_refused(self, importer, tx, cast):
        importing = importer.start(csv_of(("P1", "本社"), header=MEMBERSHIPS[:2]), kind=ImportKind.MEMBERSHIPS)
        for mapping in ({"code": "社員番号"}, {"department": "部署"}):
            with pytest.raises(Invalid):
                importing.check(mapping)

    def test_a_limited_reach_touches_nothing_outside(self, start, tx, cast, person, limited):
        actor = limited(*IMPORTING).actor
        rows = [("P1", "本社", ""), (cast.far.code, "本社", ""), (cast.staff.code, "支社", "")]
        importing = start(ImportKind.MEMBERSHIPS, *rows, header=MEMBERSHIPS, actor=actor)
        importing.check()
        assert [line for line, _, _ in importing.problems()] == [2, 3, 4]
        fine = start(ImportKind.MEMBERSHIPS, (cast.staff.code, "本社", "○"), header=MEMBERSHIPS, actor=actor)
        assert fine.check().counts["error"] == 0

    def test_is_undone(self, start, tx, cast, person, administrator):
        actor = administrator.actor
        importing = start(ImportKind.MEMBERSHIPS, ("P1", "本社", ""), header=MEMBERSHIPS, actor=actor)
        importing.check()
        undone(administrator, importing.apply().change_set_id)
        assert places(tx, person) == [cast.general_affairs.id, cast.branch.id]


class TestRegions:
    def test_several_stand_for_one_person_by_code_or_name(self, start, tx, person):
        importing = start(ImportKind.REGIONS, ("P1", "新宿区"), ("P1", "110100"), header=REGIONS)
        assert importing.check().counts["gone"] == 1
        importing.apply()
        page = list_person_regions(tx, PageAsk())
        assert [row.region for row in page.rows if row.code == "P1"] == ["0110100", "1310400"]

    def test_an_ambiguous_name_is_asked_about(self, start, tx, person):
        importing = start(ImportKind.REGIONS, ("P1", "府中市"), ("P1", "千代田区"), header=REGIONS)
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [(2, "地域"), (3, "")]


class TestRoles:
    def test_are_given_and_taken_and_hold_at_the_next_click(self, start, tx, cast, administrator):
        session = SignInSession(
            token_hash=b"x", account_id=account_of(tx, cast.manager).id, created_at=tx.now, seen_at=tx.now,
            expires_at=tx.now.replace(year=tx.now.year + 1),
        )  # fmt: skip
        tx.add(session)
        rows = [
            (cast.manager.code, "Department crisis manager", "", "支社"),
            (cast.staff.code, MANAGER, "組織全体", ""),
        ]
        importing = start(ImportKind.ROLES, *rows, header=ROLES, actor=administrator.actor)
        assert importing.check().counts["gone"] == 1, importing.problems()
        detail = importing.apply()
        assert roles(tx, cast.manager) == {("crisis_manager", ReachKind.DEPARTMENT, cast.branch.id)}
        assert roles(tx, cast.staff) == {("manager", ReachKind.WHOLE, None)}
        assert tx.get(SignInSession, session.id).narrowed == 1
        assert actor_of(tx, cast.staff).may("people.edit", What.DO)
        records = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.apply_import")).scalars()
        noted = {one["subject"]: (one["before"], one["after"]) for record in records for one in record.changes}
        assert noted[f"account:{account_of(tx, cast.staff).id}"] == ([], ["Department manager（組織全体）"])
        kinds = tx.execute(select(Change.kind).where(Change.set_id == detail.change_set_id)).scalars().all()
        assert kinds == ["roles", "roles"]

    def test_are_undone_by_who_may_give_them(self, start, tx, cast, administrator):
        importing = start(ImportKind.ROLES, (cast.manager.code, ""), header=ROLES[:2], actor=administrator.actor)
        importing.check()
        set_id = importing.apply().change_set_id
        assert roles(tx, cast.manager) == set()
        undone(administrator, set_id)
        assert roles(tx, cast.manager) == {("manager", ReachKind.DEPARTMENT, cast.head_office.id)}

    def test_are_not_undone_by_who_may_not_give_them(self, start, tx, acting, cast, administrator):
        importing = start(ImportKind.ROLES, (cast.manager.code, ""), header=ROLES[:2], actor=administrator.actor)
        importing.check()
        set_id = importing.apply().change_set_id
        for lacking in ("access.assign", "access.unassign"):
            grants = {key: reach for key, reach in administrator.actor.grants.items() if key[0] != lacking}
            with pytest.raises(Refused):
                undone(acting(replace(administrator.actor, grants=grants)), set_id)
        assert roles(tx, cast.manager) == set()

    def test_system_administrators_are_neither_made_nor_unmade_by_a_file(self, start, tx, cast, administrator):
        rows = [
            (cast.staff.code, "システム管理者", "組織全体", ""),
            (cast.far.code, "System administrator", "whole", ""),
        ]
        importing = start(ImportKind.ROLES, *rows, header=ROLES, actor=administrator.actor)
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [(2, "権限セット"), (3, "権限セット")]
        emptied = start(ImportKind.ROLES, (cast.administrator.code, ""), header=ROLES[:2], actor=administrator.actor)
        assert emptied.check().counts["same"] == 1
        assert roles(tx, cast.administrator) == {("administrator", ReachKind.WHOLE, None)}

    def test_what_reaches_a_retired_department_stays_and_is_given_to_nobody(self, start, importer, tx, cast):
        old = make_department(tx, "旧部署")
        give(tx, account_of(tx, cast.staff), "manager", ReachKind.DEPARTMENT, old)
        old.retired_at = tx.now
        tx.session.flush()
        unchanged = importer.start(file_of(tx, SYSTEM, ImportKind.ROLES, "ja"), kind=ImportKind.ROLES).check()
        assert unchanged.counts["same"] == unchanged.counts["rows"]
        importing = start(ImportKind.ROLES, (cast.crisis_manager.code, MANAGER, "", "旧部署"), header=ROLES)
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [(2, "対象部署")]

    def test_sets_of_nearly_the_same_name_are_told_apart(self, start, tx, cast, administrator):
        less, more = PermissionSet(name="受付 A"), PermissionSet(name="受付A")
        tx.add_all([less, more])
        rows = [
            (cast.staff.code, "受付 A", "組織全体", ""), (cast.crisis_manager.code, "受付A", "組織全体", ""),
            (cast.manager.code, "受付Ａ", "組織全体", ""),
        ]  # fmt: skip
        importing = start(ImportKind.ROLES, *rows, header=ROLES, actor=administrator.actor)
        importing.check()
        ((line, column, said),) = importing.problems()
        assert (line, column) == (4, "権限セット")
        assert "受付 A" in said
        importing.apply(good_rows_only=True)
        held = select(PermissionAssignment.account_id, PermissionAssignment.set_id)
        given = {tuple(row) for row in tx.execute(held)}
        assert {(account_of(tx, cast.staff).id, less.id)} <= given
        assert (account_of(tx, cast.staff).id, more.id) not in given

    def test_what_cannot_be_used_is_named(self, start, tx, cast, administrator):
        make_person(tx, code="N1")
        rows = [("N1", MANAGER, "", "本社", ""), (cast.staff.code, MANAGER, "", "", ""),
                (cast.far.code, MANAGER, "組織全体", "本社", ""), (cast.manager.code, "無い権限", "", "本社", ""),
                (cast.crisis_manager.code, MANAGER, "", "本社", "staff")]  # fmt: skip
        importing = start(ImportKind.ROLES, *rows, header=(*ROLES, "ログインID"), actor=administrator.actor)
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [
            (2, "社員番号"), (3, "範囲"), (4, "対象部署"), (5, "権限セット"), (6, "ログインID"),
        ]  # fmt: skip

    def test_nobody_gives_what_they_may_not_do_or_touches_who_may_more(self, start, tx, cast, limited):
        with pytest.raises(NotAllowed, match="assign"):
            start(ImportKind.ROLES, (cast.staff.code, ""), header=ROLES[:2], actor=limited(*IMPORTING).actor).check()
        actor = limited(*IMPORTING, "access.assign", "access.unassign").actor
        rows = [
            (cast.staff.code, MANAGER, "", "総務部"),
            (cast.manager.code, ""),
            (cast.far.code, MANAGER, "", "本社"),
        ]
        importing = start(ImportKind.ROLES, *rows, header=ROLES, actor=actor)
        importing.check()
        assert [(line, column) for line, column, _ in importing.problems()] == [
            (2, "権限セット"), (3, "社員番号"), (4, "社員番号"),
        ]  # fmt: skip

    def test_a_permission_that_was_lost_meanwhile_gives_nothing(self, start, tx, cast, administrator):
        importing = start(ImportKind.ROLES, (cast.staff.code, MANAGER, "", "本社"), header=ROLES,
                          actor=administrator.actor)  # fmt: skip
        importing.check()
        grants = {key: reach for key, reach in administrator.actor.grants.items() if key[0] != "access.assign"}
        importing.actor = type(importing.actor)("他", account_id=importing.actor.account_id, grants=grants)
        with pytest.raises(NotAllowed):
            importing.apply()
        assert roles(tx, cast.staff) == set()


def undone(administrator, set_id):
    """Undo a change-set as a person does it."""
    assert administrator.session.get(ChangeSet, set_id).records
    prepared = prepare_undo(administrator, prepare_undo.asks(id=set_id))
    administrator.session.flush()
    return undo(administrator, undo.asks(id=prepared.id))
