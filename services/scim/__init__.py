"""SCIM (N11): a directory such as Entra ID or Okta keeps people with accounts and departments in step with itself.

The room lies above people and access, whose steps it shares; decision 0024 says why it has operations of its own.
"""

from services.people.lock import alone
from services.scim import erasing  # noqa: F401 - hears of people who are erased
from services.scim.groups import EditedGroup, GroupFields, WhichGroup, add_group, change_group, remove_group
from services.scim.lists import MOST, GroupsAsk, UsersAsk, list_groups, list_users
from services.scim.matching import Taken
from services.scim.rows import GroupRow, Groups, Named, TooMany, UserRow, Users
from services.scim.schemas import (
    ALWAYS_THERE,
    EXTENSIONS,
    Email,
    EnterpriseUser,
    FullUser,
    Group,
    GroupMember,
    Name,
    PhoneNumber,
    PhoneticName,
    User,
    UserGroup,
)
from services.scim.users import EditedUser, Kept, UserFields, WhichUser, add_user, change_user, remove_user

GRANTS = tuple(
    f"{one.name}:{one.what}"
    for one in (list_users, add_user, change_user, remove_user, list_groups, add_group, change_group, remove_group)
)
"""What a directory's key needs."""

__all__ = [
    "ALWAYS_THERE", "EXTENSIONS", "GRANTS", "MOST", "EditedGroup", "EditedUser", "Email", "EnterpriseUser", "FullUser",
    "Group", "GroupFields", "GroupMember", "GroupRow", "Groups", "GroupsAsk", "Kept", "Name", "Named", "PhoneNumber",
    "PhoneticName", "Taken", "TooMany", "User", "UserFields", "UserGroup", "UserRow", "Users", "UsersAsk", "WhichGroup",
    "WhichUser", "add_group", "add_user", "alone", "change_group", "change_user", "list_groups", "list_users",
    "remove_group", "remove_user",
]  # fmt: skip
