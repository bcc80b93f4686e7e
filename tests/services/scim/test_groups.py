"""Groups are departments: who belongs, who stays, and whom a weaker account cannot touch."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.errors import Conflict, Refused
from data.models.access import Account
from data.models.people import Membership, Person
from services.scim import (
    EditedGroup,
    EditedUser,
    GroupFields,
    GroupsAsk,
    WhichGroup,
    WhichUser,
    add_group,
    change_group,
    change_user,
    list_groups,
    list_users,
    remove_group,
    remove_user,
)
from services.scim.lists import UsersAsk
from tests.factories import actor_of


@pytest.fixture
def admin(acting, tx, cast):
    """A transaction of the administrator."""
    return acting(actor_of(tx, cast.administrator))


def test_members_come_and_go_and_people_without_an_account_stay(admin, tx, cast) -> None:
    users = list_users(admin, UsersAsk(count=2)).users
    group = add_group(admin, GroupFields(name="新設", members=[one.id for one in users]))
    has_account = select(Account.person_id)
    other = tx.scalar(select(Person.id).where(Person.id.not_in(has_account)).limit(1))
    if other is None:
        other = tx.insert(
            Person, code="scim-1", family_name="無口座", created_at=tx.now, updated_at=tx.now, own={},
            given_name="", family_kana="", given_kana="", language="ja", postal_code="", address="", version=1,
        )  # fmt: skip
    tx.insert(Membership, person_id=other, department_id=group.id, main=False)
    [row] = list_groups(admin, GroupsAsk(id=group.id)).groups
    assert [one.id for one in row.members] == sorted(one.id for one in users)
    change_group(admin, EditedGroup(id=row.id, version=row.version, name="改名", members=[users[0].id]))
    inside = set(tx.execute(select(Membership.person_id).where(Membership.department_id == row.id)).scalars())
    assert inside == {users[0].id, other}
    with pytest.raises(Conflict):
        remove_group(admin, WhichGroup(id=row.id, version=row.version))
    with pytest.raises(Refused, match="people belong"):
        remove_group(admin, WhichGroup(id=row.id))


def test_a_weaker_account_changes_nobody_who_may_do_more(acting, tx, cast) -> None:
    key = actor_of(tx, cast.administrator)
    weak = replace(
        key, account_id=actor_of(tx, cast.staff).account_id, person_id=cast.staff.id,
        grants={pair: reach for pair, reach in key.grants.items() if pair[0].startswith("scim.")},
    )  # fmt: skip
    [row] = list_users(acting(weak), UsersAsk(id=cast.manager.id)).users
    changed = EditedUser(id=row.id, version=row.version, user_name="taken.over", family_name="山田")
    with pytest.raises(Refused, match="may do more"):
        change_user(acting(weak), changed)
    with pytest.raises(Refused, match="may do more"):
        remove_user(acting(weak), WhichUser(id=row.id))
    assert list_users(acting(weak), UsersAsk(id=cast.manager.id)).users == [row]
