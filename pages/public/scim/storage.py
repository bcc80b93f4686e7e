"""Where scim2-server reads and writes: each step is a query or an operation of ours, as the key's account."""

from typing import Any

from scim2_models import NotFoundException, NotImplementedException, Resource, ResourceType
from scim2_server.storage import ScimStorage, SearchPage

from core.inputs import validated
from core.transaction import Transaction
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


class Rooms(ScimStorage):
    """Users and groups within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        """Bind to the transaction of the request."""
        self.tx = tx

    def get(self, resource_type: ResourceType, resource_id: str, *, response_parameters: Any = None) -> Resource[Any]:
        """Return a resource within reach; members that the answer leaves out are not looked up."""
        key = number_of(resource_id)
        found = self._one(resource_type, key, members=_wants_members(response_parameters)) if key else None
        if found is None:
            raise NotFoundException(detail=f"There is no {resource_type.name} {resource_id[:40]}.")
        return found

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: Any,
        *,
        position: Any = None,  # noqa: ARG002 - pages are asked for by index
    ) -> SearchPage:
        """Return a page of the users or of the groups."""
        if len(resource_types) != 1:
            raise NotImplementedException(detail="Search below /Users or /Groups.")
        values = {
            "filter": str(search_request.filter or ""),
            "sort_by": str(search_request.sort_by or ""),
            "descending": search_request.sort_order == "descending",
            "start": search_request.start_index or 1,
            "count": scim.MOST if search_request.count is None else search_request.count,
        }
        if resource_types[0].name == USER:
            users = scim.list_users(self.tx, validated(scim.UsersAsk, values))
            return SearchPage(users.total, [user_of(row) for row in users.users])
        members = _wants_members(search_request)
        groups = scim.list_groups(self.tx, validated(scim.GroupsAsk, {**values, "members": members}))
        return SearchPage(groups.total, [group_of(row) for row in groups.groups])

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
            made = scim.change_user(self.tx, validated(scim.EditedUser, {**user_fields(resource), **which}))
        else:
            made = scim.change_group(self.tx, validated(scim.EditedGroup, {**group_fields(resource), **which}))
        return self.get(resource_type, str(made.id))

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        """Retire one."""
        which = {"id": number_of(resource_id), "version": version_of(expected_version)}
        if resource_type.name == USER:
            scim.remove_user(self.tx, validated(scim.WhichUser, which))
        else:
            scim.remove_group(self.tx, validated(scim.WhichGroup, which))

    def _one(self, resource_type: ResourceType, key: int, *, members: bool) -> Resource[Any] | None:
        if resource_type.name == USER:
            return next((user_of(row) for row in scim.list_users(self.tx, scim.UsersAsk(id=key)).users), None)
        asked = scim.GroupsAsk(id=key, members=members)
        return next((group_of(row) for row in scim.list_groups(self.tx, asked).groups), None)


def _wants_members(parameters: Any) -> bool:
    # Entra ID asks for groups with excludedAttributes=members; anything finer is left to the server.
    left_out = parameters is not None and parameters.excluded_attributes
    return not left_out or not any(str(path).lower().rpartition(":")[2] == "members" for path in left_out)
