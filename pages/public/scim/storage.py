"""Where scim2-server reads and writes: each step is a query or an operation of ours, as the key's account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scim2_models import NotImplementedException, Resource, ResourceType
from scim2_server.storage import ScimStorage, SearchPage

from core.errors import NotFound
from core.i18n import N_
from core.inputs import validated
from core.transaction import Transaction
from pages.public.scim.joining import GroupChange
from pages.public.scim.translation import (
    group_fields,
    group_of,
    number_of,
    user_fields,
    user_of,
    version_of,
)
from services import scim

USER = "User"
NOWHERE = N_("There is no such resource, or it is outside your reach.")


class Rooms(ScimStorage):
    """Users and groups within one transaction."""

    supports_cursors = True

    def __init__(self, tx: Transaction, *, writes: bool) -> None:
        """Bind to the transaction of the request, which ``writes`` or only reads."""
        self.tx, self.writes = tx, writes
        self.whole = False
        """Whether a resource to be kept says everything: after a PATCH what it lacks was removed, a PUT may omit it."""

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Let what is read before a change still stand when it is made: nobody else writes meanwhile."""
        if self.writes:
            scim.alone(self.tx)
        yield

    def get(self, resource_type: ResourceType, resource_id: str, *, response_parameters: Any = None) -> Resource[Any]:
        """Return a resource within reach; members that the answer leaves out are not looked up."""
        key = number_of(resource_id)
        found = self._one(resource_type, key, members=_wants_members(response_parameters)) if key else None
        if found is None:
            raise NotFound(NOWHERE)
        return found

    def get_without_members(
        self, resource_type: ResourceType, resource_id: str, *, versioned: bool = True
    ) -> Resource[Any]:
        """Return a group whose members are not looked up; without its version not even gone through."""
        key = number_of(resource_id)
        found = self._one(resource_type, key, members=False, versioned=versioned) if key else None
        if found is None:
            raise NotFound(NOWHERE)
        return found

    def change_group(
        self, resource_type: ResourceType, current: Resource[Any], change: GroupChange, *, members: bool
    ) -> Resource[Any]:
        """Change a group as a PATCH says, and return it as it stands, its members only if they are shown."""
        # Its version was compared under the lock of this request, and cannot be another one by now.
        asked = {**change.fields(), "id": number_of(current.id)}
        made = scim.change_group(self.tx, validated(scim.EditedGroup, asked))
        whole = self.get if members else self.get_without_members
        return whole(resource_type, str(made.id))

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: Any,
        *,
        position: Any = None,
    ) -> SearchPage:
        """Return a page of the users or of the groups, by index or by key as it is asked for."""
        if len(resource_types) != 1:
            raise NotImplementedException
        values = {
            "filter": str(search_request.filter or ""),
            "sort_by": str(search_request.sort_by or ""),
            "descending": search_request.sort_order == "descending",
            "start": search_request.start_index or 1,
            "count": scim.MOST if search_request.count is None else search_request.count,
            "counted": search_request.cursor is None,
            "after": position or "",
        }
        if resource_types[0].name == USER:
            users = scim.list_users(self.tx, validated(scim.UsersAsk, values))
            return SearchPage(users.total, [user_of(row) for row in users.users], users.next)
        members = _wants_members(search_request)
        groups = scim.list_groups(self.tx, validated(scim.GroupsAsk, {**values, "members": members}))
        return SearchPage(groups.total, [group_of(row) for row in groups.groups], groups.next)

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Make one, and return it as it stands."""
        if resource_type.name == USER:
            made = scim.add_user(self.tx, validated(scim.UserFields, user_fields(resource)))
        else:
            made = scim.add_group(self.tx, validated(scim.GroupFields, group_fields(resource)))
        return self.get(resource_type, str(made.id))

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """Let one be as the resource says, and return it as it stands."""
        which = {"id": number_of(resource.id), "version": version_of(expected_version)}
        if resource_type.name == USER:
            user = {**user_fields(resource, whole=self.whole), **which}
            made = scim.change_user(self.tx, validated(scim.EditedUser, user))
        else:
            group = {**group_fields(resource, whole=self.whole), **which}
            made = scim.change_group(self.tx, validated(scim.EditedGroup, group))
        return self.get(resource_type, str(made.id))

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        """Retire one."""
        which = {"id": number_of(resource_id), "version": version_of(expected_version)}
        if resource_type.name == USER:
            scim.remove_user(self.tx, validated(scim.WhichUser, which))
        else:
            scim.remove_group(self.tx, validated(scim.WhichGroup, which))

    def _one(
        self, resource_type: ResourceType, key: int, *, members: bool, versioned: bool = True
    ) -> Resource[Any] | None:
        if resource_type.name == USER:
            return next((user_of(row) for row in scim.list_users(self.tx, scim.UsersAsk(id=key)).users), None)
        asked = scim.GroupsAsk(id=key, members=members, versioned=versioned)
        return next((group_of(row) for row in scim.list_groups(self.tx, asked).groups), None)


def _wants_members(parameters: Any) -> bool:
    # Entra ID asks for groups with excludedAttributes=members; anything finer is left to the server.
    left_out = parameters is not None and parameters.excluded_attributes
    return not left_out or not any(str(path).lower().rpartition(":")[2] == "members" for path in left_out)
