"""The permission master (X06) beyond one set: several side by side, given to many, who may, deleted while in use."""

import pytest
from sqlalchemy import select

from core.actor import What
from core.audit import AuditRecord
from core.errors import Conflict, NotFound, Refused
from core.inputs import Nothing
from data.models.access import PermissionAssignment, ReachKind, SignInSession
from services.access import (
    ChangedSet,
    ChangedSets,
    DeletedSet,
    EditedSet,
    LosingAsk,
    ManyAssigned,
    NewAssignment,
    WhichAssignment,
    WhoMayAsk,
    actor_for,
    assign,
    assign_many,
    delete_set,
    edit_set,
    edit_sets,
    list_sets,
    losing,
    start_session,
    unassign,
    who_may,
)
from tests.factories import account_of, give, make_account, make_person
from tests.statements import statements

LOOK, STOP = "access.accounts:read", "access.stop:do"


def made(administrator, name, *grants):
    """Make a set."""
    return edit_set(administrator, EditedSet(name=name, grants=list(grants)))


def stored(administrator, set_id):
    """Return a set as it stands in the database; None: it is gone."""
    return next((row for row in list_sets(administrator, Nothing()) if row.id == set_id), None)


def notes(tx, process):
    """Return what the last record of a process says was before and after."""
    record = select(AuditRecord).where(AuditRecord.process == process).order_by(AuditRecord.id.desc()).limit(1)
    return [(one["subject"], one["before"], one["after"]) for one in tx.execute(record).scalar_one().changes]


class TestAudit:
    def test_a_new_set_has_nothing_before_and_its_own_number(self, tx, administrator, cast):
        one = made(administrator, "窓口", LOOK)
        ((subject, before, after),) = notes(tx, "access.edit_set")
        assert (subject, before, after["grants"]) == (f"permission_set:{one.id}", None, [LOOK])

    def test_giving_and_taking_say_which_set_how_far(self, tx, administrator, cast):
        one, account = made(administrator, "窓口", LOOK), account_of(tx, cast.staff)
        ask = NewAssignment(
            account_id=account.id, set_id=one.id, reach=ReachKind.DEPARTMENT, department_id=cast.branch.id
        )
        given = assign(administrator, ask)
        unassign(administrator, WhichAssignment(id=given.id))
        assert notes(tx, "access.assign")[0][2] == notes(tx, "access.unassign")[0][1]
        assert notes(tx, "access.unassign")[0][1]["department"] == "支社"


class TestSeveral:
    def test_changes_all_audits_each_and_counts_the_versions(self, tx, administrator, cast):
        first, second = made(administrator, "一", LOOK), made(administrator, "二")
        edit_sets(administrator, ChangedSets(sets=[
            ChangedSet(id=first.id, version=first.version, given=[STOP], taken=[LOOK]),
            ChangedSet(id=second.id, version=second.version, given=[LOOK]),
        ]))  # fmt: skip
        assert (stored(administrator, first.id).grants, stored(administrator, second.id).grants) == ([STOP], [LOOK])
        assert stored(administrator, first.id).version == first.version + 1
        assert [(before["grants"], after["grants"]) for _subject, before, after in notes(tx, "access.edit_sets")] == [
            ([LOOK], [STOP]), ([], [LOOK]),
        ]  # fmt: skip

    def test_one_that_somebody_else_changed_stops_all(self, tx, administrator, cast):
        first, second = made(administrator, "一"), made(administrator, "二")
        edit_set(administrator, EditedSet(id=second.id, version=second.version, name="先"))
        asked = ChangedSets(sets=[ChangedSet(id=one.id, version=one.version, given=[LOOK]) for one in (first, second)])
        with pytest.raises(Conflict), tx.session.begin_nested():
            edit_sets(administrator, asked)
        tx.session.expire_all()
        assert stored(administrator, first.id).grants == []

    def test_nobody_gives_what_he_may_not_do_and_no_set_twice(self, administrator, limited, cast):
        one = made(administrator, "一")
        asked = ChangedSets(sets=[ChangedSet(id=one.id, version=one.version, given=[STOP])])
        with pytest.raises(Refused, match="what you may do yourself"):
            edit_sets(limited("access.edit_sets"), asked)
        with pytest.raises(Refused, match="twice"):
            edit_sets(administrator, ChangedSets(sets=[*asked.sets, *asked.sets]))


class TestMany:
    def many(self, tx, one, *people, **how):
        """Say that these people shall have a set."""
        ids = [account_of(tx, person).id for person in people]
        return ManyAssigned(account_ids=ids, set_id=one.id, **{"reach": ReachKind.WHOLE, **how})

    def test_gives_it_to_those_who_lack_it(self, tx, administrator, cast):
        one = made(administrator, "窓口", LOOK)
        assign_many(administrator, self.many(tx, one, cast.staff))
        done = assign_many(administrator, self.many(tx, one, cast.staff, cast.manager))
        assert (done.given, done.there) == (1, 1)
        assert actor_for(tx, account_of(tx, cast.manager).id).may("access.accounts", What.READ)
        ((_subject, before, after),) = notes(tx, "access.assign_many")
        assert (len(before["accounts"]), len(after["accounts"])) == (1, 2)

    def test_all_or_nobody(self, tx, administrator, limited, cast):
        one = made(administrator, "窓口", LOOK)
        weak = limited("access.assign_many", "access.accounts")
        department = {"reach": ReachKind.DEPARTMENT, "department_id": cast.general_affairs.id}
        with pytest.raises(NotFound, match="outside your reach"):
            assign_many(weak, self.many(tx, one, cast.staff, cast.crisis_manager, **department))
        with pytest.raises(Refused, match="may do more"):
            assign_many(weak, self.many(tx, one, cast.staff, cast.administrator, **department))
        with pytest.raises(Refused, match="what you may do yourself"):
            assign_many(weak, self.many(tx, one, cast.staff))
        assert tx.scalar(select(PermissionAssignment.id).where(PermissionAssignment.set_id == one.id)) is None
        assert assign_many(weak, self.many(tx, one, cast.staff, **department)).given == 1


class TestWhoMay:
    def test_names_each_with_the_set_and_how_far(self, administrator, cast):
        rows = who_may(administrator, WhoMayAsk(process="people.edit", what=What.DO)).rows
        assert [(row.name, row.set_name, row.reach) for row in rows] == [
            ("管理 花子", "System administrator", "組織全体"),
            ("部長 太郎", "Department manager", "本社とその配下"),
        ]

    def test_only_those_within_reach_and_not_who_was_stopped(self, tx, administrator, limited, cast):
        give(tx, account_of(tx, cast.staff), "manager", ReachKind.SELF)
        ask = WhoMayAsk(process="people.edit", what=What.DO, text="社員")
        assert [row.name for row in who_may(limited("access.who_may"), ask).rows] == ["社員 三郎"]
        account_of(tx, cast.staff).status = "stopped"
        tx.session.flush()
        assert who_may(administrator, ask).rows == []

    @pytest.mark.parametrize("sort", ["name", "-name", "code"])
    def test_pages_show_everybody_within_reach_once(self, tx, limited, cast, sort):
        for at in range(5):
            person = make_person(tx, "森", f"{at}", cast.general_affairs if at % 2 == 0 else cast.branch)
            give(tx, make_account(tx, person), "manager", ReachKind.SELF)
            give(tx, account_of(tx, person), "crisis_manager", ReachKind.SELF)
        reader, shown = limited("access.who_may"), []
        ask = WhoMayAsk(process="people.search", what=What.READ, text="森", sort=sort, size=2)
        while ask is not None:
            page = who_may(reader, ask)
            shown += [(row.name, row.set_name) for row in page.rows]
            assert page.count == 6
            ask = ask.model_copy(update={"after": page.next}) if page.next else None
        sets = ("Department manager", "Department crisis manager")
        names = [f"森 {at}" for at in (0, 2, 4)]
        assert [name for name, _set in shown[::2]] == (names[::-1] if sort == "-name" else names)
        assert sorted(shown) == sorted((name, one) for name in names for one in sets)

    def test_is_counted_without_the_register_and_read_at_once_however_many(self, tx, limited, cast):
        seen = []
        for at in range(2):
            give(tx, make_account(tx, make_person(tx, "森", f"{at}", cast.general_affairs)), "manager", ReachKind.SELF)
            reader = limited("access.who_may")
            with statements() as asked:
                assert len(who_may(reader, WhoMayAsk(process="people.edit", what=What.DO, text="森")).rows) == at + 1
            seen.append(asked)
        assert len(seen[0]) == len(seen[1])
        counted = [one for one in seen[1] if "count(*)" in one]
        assert "person_search" in counted[-1]
        assert not any("membership" in one or "JOIN person " in one for one in counted)

    def test_a_process_that_is_none(self, administrator, cast):
        with pytest.raises(NotFound):
            who_may(administrator, WhoMayAsk(process="people.nothing", what=What.DO))


class TestDeleteInUse:
    @pytest.fixture
    def used(self, tx, administrator, cast):
        """A set that the staff member has, and the manager besides another one that grants one of the two as well."""
        one = made(administrator, "窓口", "people.edit:do", STOP)
        for person in (cast.staff, cast.manager):
            account = account_of(tx, person).id
            whole = ReachKind.DEPARTMENT
            assign(administrator, NewAssignment(
                account_id=account, set_id=one.id, reach=whole, department_id=cast.head_office.id
            ))  # fmt: skip
        return stored(administrator, one.id)

    def test_says_who_loses_what_that_nothing_else_gives(self, tx, administrator, cast, used):
        with statements() as asked:
            rows = losing(administrator, LosingAsk(set_id=used.id)).rows
        assert {row.name: row.loses for row in rows} == {
            "部長 太郎": ["アカウントの停止"], "社員 三郎": ["アカウントの停止", "利用者を変更する"],
        }  # fmt: skip
        assert len([one for one in asked if "permission_grant" in one]) == 1

    def test_goes_from_everybody_who_was_seen_and_their_tabs_are_drawn_anew(self, tx, administrator, cast, used):
        start_session(tx, account_of(tx, cast.staff).id)
        delete_set(administrator, DeletedSet(id=used.id, version=used.version, accounts=2))
        assert stored(administrator, used.id) is None
        assert not actor_for(tx, account_of(tx, cast.staff).id).grants
        assert actor_for(tx, account_of(tx, cast.manager).id).may("people.edit", What.DO)
        assert tx.scalar(select(SignInSession.narrowed)) == 1
        assert len(notes(tx, "access.delete_set")[0][1]["accounts"]) == 2

    def test_not_when_somebody_got_it_or_changed_it_meanwhile(self, tx, administrator, cast, used):
        for wrong in ({"accounts": 1}, {"accounts": 2, "version": used.version - 1}):
            with pytest.raises(Conflict):
                delete_set(administrator, DeletedSet(**{"id": used.id, "version": used.version, **wrong}))

    def test_not_by_who_may_not_take_it_from_all_of_them(self, tx, administrator, limited, cast, used):
        asked = DeletedSet(id=used.id, version=used.version, accounts=2)
        holding = ("access.delete_set", "people.edit", "access.stop")
        with pytest.raises(Refused, match="not take sets away"):
            delete_set(limited(*holding), asked)
        with pytest.raises(Refused, match="may do more"):
            delete_set(limited(*holding, "access.unassign"), asked)
        far = make_account(tx, make_person(tx, "外", department=cast.branch))
        tx.insert(PermissionAssignment, account_id=far.id, set_id=used.id, reach=ReachKind.SELF)
        with pytest.raises(Refused, match="outside your reach"):
            delete_set(limited(*holding, "access.unassign"), asked.model_copy(update={"accounts": 3}))
