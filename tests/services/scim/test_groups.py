"""Groups are departments: who belongs, who stays, how much work it is, and what an undo brings back."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.actor import Reach
from core.errors import Conflict, Invalid, NotFound, Refused
from data.models.people import Membership
from services.scim import (
    EditedGroup,
    GroupFields,
    GroupsAsk,
    TooMany,
    UsersAsk,
    WhichGroup,
    add_group,
    change_group,
    list_groups,
    list_users,
    remove_group,
    rows,
)
from tests.factories import actor_of, make_account, make_person
from tests.statements import statements


@pytest.fixture
def admin(acting, tx, cast):
    """A transaction of the administrator."""
    return acting(actor_of(tx, cast.administrator))


def inside(tx, group_id: int) -> set[int]:
    """Return who belongs to a department."""
    return set(tx.execute(select(Membership.person_id).where(Membership.department_id == group_id)).scalars())


def test_members_come_and_go_and_people_without_an_account_stay(admin, tx, cast) -> None:
    users = [one.id for one in list_users(admin, UsersAsk(count=2)).users]
    group = add_group(admin, GroupFields(name="新設", members=users))
    tx.insert(Membership, person_id=cast.far.id, department_id=group.id, main=False)
    [row] = list_groups(admin, GroupsAsk(id=group.id)).groups
    assert row.members == sorted(users), "who has no account is not told"
    change_group(admin, EditedGroup(id=row.id, version=row.version, name="改名", members=users[:1]))
    assert inside(tx, row.id) == {users[0], cast.far.id}
    with pytest.raises(Conflict):
        remove_group(admin, WhichGroup(id=row.id, version=row.version))
    with pytest.raises(Refused, match="people belong"):
        remove_group(admin, WhichGroup(id=row.id))
    with pytest.raises(Invalid):
        change_group(admin, EditedGroup(id=row.id, joining=[cast.far.id]))


def test_joining_and_leaving_take_the_same_statements_however_many_belong(admin, tx, cast) -> None:
    people = [make_person(tx, "大勢", str(number)) for number in range(40)]
    for person in people:
        make_account(tx, person)
    small = add_group(admin, GroupFields(name="小さい", members=[people[0].id]))
    large = add_group(admin, GroupFields(name="大きい", members=[one.id for one in people[1:30]]))
    counts = []
    for group, joins, leaves in ((small, people[30:31], people[:1]), (large, people[31:40], people[1:9])):
        ask = EditedGroup(id=group.id, joining=[one.id for one in joins], leaving=[one.id for one in leaves])
        with statements() as seen:
            change_group(admin, ask)
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
    assert inside(tx, large.id) == {one.id for one in (*people[9:30], *people[31:40])}


def test_a_group_too_large_for_an_answer_is_told_without_its_members(admin, cast, monkeypatch) -> None:
    monkeypatch.setattr(rows, "MOST_MEMBERS", 1)
    users = [one.id for one in list_users(admin, UsersAsk(count=2)).users]
    group = add_group(admin, GroupFields(name="多人数", members=users))
    with pytest.raises(TooMany, match="excludedAttributes"):
        list_groups(admin, GroupsAsk(id=group.id))
    [row] = list_groups(admin, GroupsAsk(id=group.id, members=False)).groups
    assert row.members is None
    change_group(admin, EditedGroup(id=group.id, leaving=users[:1]))
    [smaller] = list_groups(admin, GroupsAsk(id=group.id, members=False)).groups
    assert smaller.version != row.version, "the version tells of members that nobody asked for"


def test_a_department_in_reach_is_all_that_a_limited_key_sees_and_changes(acting, tx, cast) -> None:
    whole = actor_of(tx, cast.administrator)
    here = Reach(paths=frozenset({cast.head_office.path}))
    limited = acting(replace(whole, grants=dict.fromkeys(whole.grants, here)))
    seen = {one.id for one in list_groups(limited, GroupsAsk()).groups}
    assert seen == {cast.head_office.id, cast.general_affairs.id}
    assert cast.crisis_manager.id not in {one.id for one in list_users(limited, UsersAsk()).users}
    with pytest.raises(Refused, match="whole organisation"):
        add_group(limited, GroupFields(name="新設"))
    with pytest.raises(NotFound):
        change_group(limited, EditedGroup(id=cast.branch.id, name="改名"))
    with pytest.raises(Invalid):
        change_group(limited, EditedGroup(id=cast.head_office.id, joining=[cast.crisis_manager.id]))
    with pytest.raises(Refused, match="at least one department"):
        change_group(limited, EditedGroup(id=cast.general_affairs.id, leaving=[cast.staff.id]))
