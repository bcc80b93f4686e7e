"""Why somebody cannot see something, and what an account may do through which set."""

import pytest

from core.actor import What
from core.errors import NotFound
from data.models.access import PermissionAssignment, PermissionGrant, PermissionSet, ReachKind
from services.access import ExplainAsk, WhyAsk, explain, why
from tests.factories import account_of, make_account


def asked(tx, *processes):
    return why(tx, WhyAsk(processes=list(processes)))


def may_give(tx, person, department, *processes):
    """Let somebody give permissions within a department."""
    made = PermissionSet(name=f"付与{person.id}")
    tx.add(made)
    rows = [PermissionGrant(set_id=made.id, process="access.assign", what=What.DO)]
    rows += [PermissionGrant(set_id=made.id, process=one, what=What.READ) for one in processes]
    tx.add_all(rows)
    given = PermissionAssignment(
        account_id=account_of(tx, person).id, set_id=made.id, reach=ReachKind.DEPARTMENT, department_id=department.id
    )
    tx.add(given)


class TestWhy:
    def test_names_what_is_missing_and_who_can_give_it(self, tx, staff, cast):
        found = asked(staff, "people.show", "people.add")
        assert [(row.process, row.held, row.what) for row in found.permissions] == [
            ("people.show", False, What.READ), ("people.add", False, What.DO)
        ]  # fmt: skip
        assert found.permissions[0].category == "利用者"
        assert found.givers == ["管理 花子"]

    def test_who_gives_must_have_it_and_reach_the_asker(self, tx, staff, crisis_manager, cast):
        may_give(tx, cast.manager, cast.head_office, "people.show")
        assert asked(staff, "people.show").givers == ["管理 花子", "部長 太郎"]
        assert asked(staff, "access.accounts").givers == ["管理 花子"], "nobody gives what they do not have"
        assert asked(crisis_manager, "people.show").givers == ["管理 花子"], "the branch is out of their reach"

    def test_says_how_far_one_reaches_and_nothing_of_what_lies_beyond(self, manager, administrator):
        row = asked(manager, "people.show").permissions[0]
        assert (row.held, row.whole, row.departments) == (True, False, ["本社"])
        assert asked(administrator, "people.show").permissions[0].whole

    def test_what_everybody_may_needs_no_permission(self, staff):
        assert asked(staff, "access.mine").permissions == []


class TestExplain:
    def test_says_through_which_set_or_which_would_do(self, tx, administrator, cast):
        found = explain(administrator, ExplainAsk(account_id=account_of(tx, cast.manager).id))
        boxes = {(box.process, box.what): box for box in found.boxes}
        (through,) = boxes["people.search", What.READ].through
        assert "本社" in through
        missing = boxes["access.accounts", What.READ]
        assert (missing.held, len(missing.offered)) == (False, 1)

    def test_an_administrator_may_everything(self, tx, administrator, cast):
        found = explain(administrator, ExplainAsk(account_id=account_of(tx, cast.administrator).id))
        assert all(box.held for box in found.boxes)

    def test_agrees_with_what_the_account_can_do(self, tx, administrator, crisis_manager, cast):
        found = explain(administrator, ExplainAsk(account_id=account_of(tx, cast.crisis_manager).id))
        assert {(box.process, box.what) for box in found.boxes if box.held} == set(crisis_manager.actor.grants)

    def test_out_of_reach_is_not_found(self, tx, limited, cast):
        with pytest.raises(NotFound):
            explain(limited("access.explain"), ExplainAsk(account_id=make_account(tx, cast.far).id))
