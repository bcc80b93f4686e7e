"""Permission sets and their assignment (X06, D05): a change holds from the next transaction on."""

import pytest
from sqlalchemy import delete, func, select

from core import i18n
from core.actor import Reach, What
from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotFound, Refused
from core.inputs import Nothing, validated
from core.operations import registered
from data.models.access import PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from data.models.people import Person
from services.access import (
    ChangedSet,
    ChangedSets,
    DeletedSet,
    EditedSet,
    NewAssignment,
    WhichAssignment,
    actor_for,
    assign,
    covers,
    delete_set,
    edit_set,
    edit_sets,
    list_processes,
    list_sets,
    role_gaps,
    sync_shipped_sets,
    unassign,
)
from services.access.processes import grantable
from services.access.shipped import ROLES
from services.access.within import more_powerful
from tests.factories import account_of, actor_of, give, make_account, make_department, make_person
from tests.statements import statements

LOOK = "access.accounts:read"


def assignment(account, made, reach=ReachKind.WHOLE, department=None):
    """Write down who gets which set."""
    return NewAssignment(
        account_id=account.id, set_id=made.id, reach=reach, department_id=department.id if department else None
    )


class TestEdit:
    def test_makes_changes_and_audits_before_and_after(self, tx, administrator, cast):
        made = edit_set(administrator, EditedSet(name="窓口", grants=[LOOK]))
        changed = edit_set(
            administrator,
            EditedSet(id=made.id, version=made.version, name="受付", grants=["access.invite:do", "access.sets:read"]),
        )
        assert (changed.name, changed.grants) == ("受付", ["access.invite:do", "access.sets:read"])
        record = tx.execute(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).scalar_one()
        assert record.subject == f"permission_set:{made.id}"
        assert record.changes[0]["before"] == {"name": "窓口", "description": "", "grants": [LOOK]}
        assert record.changes[0]["after"]["grants"] == ["access.invite:do", "access.sets:read"]

    def test_takes_effect_with_the_next_run(self, tx, administrator, cast):
        account = account_of(tx, cast.staff)
        made = edit_set(administrator, EditedSet(name="窓口", grants=[LOOK]))
        assign(administrator, assignment(account, made, ReachKind.DEPARTMENT, cast.branch))
        actor = actor_for(tx, account.id)
        assert actor.may("access.accounts", What.READ)
        assert actor.reach("access.accounts", What.READ) == Reach(paths=frozenset({cast.branch.path}))
        edit_set(administrator, EditedSet(id=made.id, version=made.version, name="窓口"))
        assert not actor_for(tx, account.id).may("access.accounts", What.READ)

    def test_two_people_at_once_the_second_is_told(self, administrator, cast):
        made = edit_set(administrator, EditedSet(name="窓口"))
        edit_set(administrator, EditedSet(id=made.id, version=made.version, name="一人目"))
        with pytest.raises(Conflict):
            edit_set(administrator, EditedSet(id=made.id, version=made.version, name="二人目"))

    def test_refuses_a_name_that_is_taken_and_a_process_that_is_none(self, administrator, cast):
        edit_set(administrator, EditedSet(name="窓口"))
        with pytest.raises(Invalid):
            edit_set(administrator, EditedSet(name="窓口"))
        for grant in ("access.nothing:do", "access.sets:export", "access.sign_out:do"):
            with pytest.raises(Invalid):
                edit_set(administrator, EditedSet(name="別", grants=[grant]))

    def test_nobody_grants_what_he_may_not_do(self, limited, cast):
        weak = limited("access.edit_set", "access.accounts")
        made = edit_set(weak, EditedSet(name="弱", grants=[LOOK]))
        with pytest.raises(Refused):
            edit_set(weak, EditedSet(id=made.id, version=made.version, name="強", grants=[LOOK, "access.stop:do"]))

    def test_nobody_grants_it_farther_than_he_may_do_it_himself(self, tx, administrator, limited, cast):
        far = edit_set(administrator, EditedSet(name="全社", grants=[LOOK]))
        near = edit_set(administrator, EditedSet(name="本社", grants=[LOOK]))
        assign(administrator, assignment(account_of(tx, cast.staff), far))
        assign(administrator, assignment(account_of(tx, cast.manager), near, ReachKind.DEPARTMENT, cast.head_office))
        weak, more = limited("access.edit_set", "access.accounts", "access.stop"), [LOOK, "access.stop:do"]
        for grants in (more, []):
            with pytest.raises(Refused, match="what you may do yourself"):
                edit_set(weak, EditedSet(id=far.id, version=far.version, name="全社", grants=grants))
        assert edit_set(weak, EditedSet(id=near.id, version=near.version, name="本社", grants=more)).grants == more

    def test_the_administrators_set_takes_no_grants(self, administrator, cast):
        everything = next(row for row in list_sets(administrator, Nothing()) if row.everything)
        with pytest.raises(Refused):
            edit_set(administrator, EditedSet(id=everything.id, version=everything.version, name="全部", grants=[LOOK]))

    def test_a_set_that_is_gone_is_not_found(self, administrator, cast):
        with pytest.raises(NotFound):
            edit_set(administrator, EditedSet(id=10**9, version=1, name="無"))


class TestDelete:
    def test_only_what_nobody_has_and_did_not_come_with_the_product(self, tx, administrator, cast):
        made = edit_set(administrator, EditedSet(name="窓口", grants=[LOOK]))
        given = assign(administrator, assignment(account_of(tx, cast.staff), made))
        with pytest.raises(Conflict, match="changed meanwhile"):
            delete_set(administrator, DeletedSet(id=made.id, version=made.version))
        unassign(administrator, WhichAssignment(id=given.id))
        delete_set(administrator, DeletedSet(id=made.id, version=made.version))
        assert made.id not in {row.id for row in list_sets(administrator, Nothing())}
        with pytest.raises(NotFound):
            delete_set(administrator, DeletedSet(id=made.id, version=made.version))
        shipped = next(row for row in list_sets(administrator, Nothing()) if row.shipped)
        with pytest.raises(Refused, match="came with the product"):
            delete_set(administrator, DeletedSet(id=shipped.id, version=shipped.version))


class TestAssign:
    @pytest.mark.parametrize("reach", [ReachKind.WHOLE, ReachKind.SELF])
    def test_a_department_belongs_to_its_reach_and_to_no_other(self, cast, reach):
        for wrong in ({"reach": reach, "department_id": 1}, {"reach": ReachKind.DEPARTMENT}):
            with pytest.raises(Invalid):
                validated(NewAssignment, {"account_id": 1, "set_id": 1, **wrong})

    def test_the_same_twice_is_refused(self, tx, administrator, cast):
        made = edit_set(administrator, EditedSet(name="窓口", grants=[LOOK]))
        assign(administrator, assignment(account_of(tx, cast.staff), made))
        with pytest.raises(Refused):
            assign(administrator, assignment(account_of(tx, cast.staff), made))

    def test_administrators_reach_everything_or_are_none(self, tx, administrator, cast):
        everything = next(row for row in list_sets(administrator, Nothing()) if row.everything)
        with pytest.raises(Refused):
            assign(
                administrator,
                assignment(account_of(tx, cast.staff), everything, ReachKind.DEPARTMENT, cast.branch),
            )
        assign(administrator, assignment(account_of(tx, cast.staff), everything))
        assert actor_for(tx, account_of(tx, cast.staff).id).may("access.stop", What.DO)

    def test_nobody_gives_more_or_farther_than_he_has(self, tx, administrator, limited, cast):
        look = edit_set(administrator, EditedSet(name="見る", grants=[LOOK]))
        more = edit_set(administrator, EditedSet(name="多い", grants=[LOOK, "access.stop:do"]))
        weak, account = limited("access.assign", "access.accounts"), account_of(tx, cast.staff)
        assign(weak, assignment(account, look, ReachKind.DEPARTMENT, cast.general_affairs))
        for beyond in (assignment(account, look), assignment(account, more, ReachKind.SELF)):
            with pytest.raises(Refused):
                assign(weak, beyond)
        with pytest.raises(NotFound):
            assign(weak, assignment(account, look, ReachKind.DEPARTMENT, cast.branch))

    def test_the_last_administrator_stays_one(self, tx, administrator, cast):
        account = account_of(tx, cast.administrator)
        given = tx.execute(
            select(PermissionAssignment).where(PermissionAssignment.account_id == account.id)
        ).scalar_one()
        with pytest.raises(Refused), tx.session.begin_nested():
            unassign(administrator, WhichAssignment(id=given.id))
        give(tx, account_of(tx, cast.staff), "administrator", ReachKind.WHOLE)
        unassign(administrator, WhichAssignment(id=given.id))
        assert not actor_for(tx, account.id).grants


class TestReach:
    WHOLE, UPPER, LOWER, OWN = (
        Reach(whole=True), Reach(paths=frozenset({"/1/"})), Reach(paths=frozenset({"/1/2/"})), Reach(own=True),
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("wide", "narrow", "does"),
        [(WHOLE, WHOLE, True), (WHOLE, OWN, True), (UPPER, LOWER, True), (LOWER, UPPER, False), (UPPER, WHOLE, False),
         (LOWER, Reach(paths=frozenset({"/1/22/"})), False), (OWN, UPPER, False), (UPPER, OWN, True)],
    )  # fmt: skip
    def test_one_covers_another(self, wide, narrow, does):
        assert covers(wide, narrow) is does


class TestMaster:
    def test_the_registry_is_the_master(self, administrator, cast):
        rows = list_processes(administrator, Nothing())
        assert {row.process for row in rows} == {process.name for process in registered() if not process.own}
        assert rows[0].category == "access"

    def test_what_ships_names_only_what_there_is(self):
        known = {(box.process.name, box.what) for box in grantable()}
        assert {pair for role in ROLES for pair in role.pairs()} - known == set()

    def test_the_shipped_sets_are_made_once_and_named_in_japanese(self, tx):
        sync_shipped_sets(tx)
        sync_shipped_sets(tx)
        rows = list_sets(tx, Nothing())
        with i18n.using_language("ja"):
            assert [row.name for row in rows] == [i18n._(role.name) for role in ROLES]
        assert rows[0].name == "システム管理者"
        assert all(row.grants for row in rows if not row.everything)


def test_who_may_more_is_looked_up_once_for_all_who_may_the_same(tx, acting, cast):
    office = make_department(tx, "別の本社")
    alike = [make_person(tx, f"同格{at}") for at in range(4)]
    for at, person in enumerate(alike):
        give(tx, make_account(tx, person, f"alike{at}"), "manager", ReachKind.DEPARTMENT, office)
    transaction = acting(actor_of(tx, cast.manager))
    with statements() as asked:
        found = more_powerful(transaction, Person.id == func.any([person.id for person in alike]))
    assert sorted(found) == [person.id for person in alike]
    assert len([one for one in asked if "permission_grant" in one]) == 1
    assert more_powerful(acting(actor_of(tx, cast.administrator)), Person.id == alike[0].id) == []


class TestRoleGaps:
    """What a shipped role got after its permission set was made."""

    NEWER = ("network.search", What.READ), ("network.mend", What.BULK)

    @pytest.fixture
    def older(self, tx, cast):
        """The managers' set as a version made it that had no contact network yet."""
        made = tx.execute(select(PermissionSet).where(PermissionSet.shipped == "manager")).scalar_one()
        for process, what in self.NEWER:
            tx.execute(delete(PermissionGrant).where(
                PermissionGrant.set_id == made.id, PermissionGrant.process == process, PermissionGrant.what == what
            ))  # fmt: skip
        return made

    def test_nothing_is_said_of_sets_that_have_all(self, administrator, cast):
        edit_set(administrator, EditedSet(name="窓口"))
        assert role_gaps(administrator, Nothing()) == []

    def test_what_is_newer_is_said_and_added_like_any_other_change(self, tx, administrator, older, cast):
        (gap,) = role_gaps(administrator, Nothing())
        assert (gap.set_id, gap.lacks, gap.taken) == (older.id, ["network.mend:bulk", "network.search:read"], [])
        assert not actor_of(tx, cast.manager).may("network.search", What.READ), "nothing is added by itself"
        edit_sets(administrator, added(gap))
        assert role_gaps(administrator, Nothing()) == []
        assert actor_of(tx, cast.manager).may("network.search", What.READ)
        record = tx.execute(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).scalar_one()
        assert record.process == "access.edit_sets"
        assert set(gap.lacks) <= set(record.changes[0]["after"]["grants"])

    @pytest.mark.parametrize("together", [False, True])
    def test_what_somebody_took_away_is_left_out(self, administrator, older, together):
        row = next(row for row in list_sets(administrator, Nothing()) if row.id == older.id)
        if together:
            taken = [ChangedSet(id=row.id, version=row.version, taken=["people.edit:do"])]
            edit_sets(administrator, ChangedSets(sets=taken))
        else:
            grants = [one for one in row.grants if one != "people.edit:do"]
            edit_set(administrator, EditedSet(id=row.id, version=row.version, name=row.name, grants=grants))
        (gap,) = role_gaps(administrator, Nothing())
        assert (gap.lacks, gap.taken) == (["network.mend:bulk", "network.search:read"], ["people.edit:do"])
        edit_sets(administrator, added(gap))
        assert role_gaps(administrator, Nothing()) == [], "it is never offered by itself again"

    def test_taken_away_elsewhere_is_no_reason(self, administrator, older):
        other = edit_set(administrator, EditedSet(name="窓口", grants=["network.search:read"]))
        edit_set(administrator, EditedSet(id=other.id, version=other.version, name="窓口"))
        (gap,) = role_gaps(administrator, Nothing())
        assert gap.taken == []

    def test_nobody_adds_what_he_may_not_do(self, administrator, limited, older):
        (gap,) = role_gaps(administrator, Nothing())
        with pytest.raises(Refused, match="what you may do yourself"):
            edit_sets(limited("access.edit_sets", "access.role_gaps"), added(gap))


def added(gap):
    """Write down that all is added that a set lacks."""
    return ChangedSets(sets=[ChangedSet(id=gap.set_id, version=gap.version, given=gap.lacks)])
