"""One request: scim2-server's steps, but for PATCH and DELETE of a group, whose members are not read for it."""

from typing import Any

from scim2_models import PatchOp, Resource, ResourceType
from scim2_server.conditions import Conditions
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest

from pages.public.scim.joining import changed_group
from pages.public.scim.service import service
from pages.public.scim.storage import Rooms

SHOWING = {"attributes", "excludedattributes"}


class Handler(ScimHandler):
    """Answers one request out of one transaction."""

    storage: Rooms

    def __init__(self, storage: Rooms, request: ScimRequest) -> None:
        """Take the transaction's rooms; ``request`` says whether a PATCH is answered with what stands afterwards."""
        super().__init__(service(), storage)
        self.shows = any(name.lower() in SHOWING for name in request.query)

    def patch_resource(
        self, resource_type: ResourceType, resource_id: str, patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any]:
        """Change one resource as a PATCH says."""
        self.storage.whole = True
        change = changed_group(patch_op) if resource_type.name == "Group" else None
        if change is None:
            return super().patch_resource(resource_type, resource_id, patch_op, conditions)
        asks = conditions.if_match is not None or conditions.if_none_match is not None
        current = self.storage.get_without_members(resource_type, resource_id, versioned=asks)
        if asks:
            self.service.check_preconditions(current, "PATCH", conditions)
        return self.storage.change_group(resource_type, current, change, members=self.shows)

    def delete_resource(self, resource_type: ResourceType, resource_id: str, conditions: Conditions) -> None:
        """Take one resource away; however many belong to a group, none of them is read for it."""
        if resource_type.name != "Group":
            return super().delete_resource(resource_type, resource_id, conditions)
        self.service.check_deletion(self.storage.get_without_members(resource_type, resource_id), conditions)
        return self.storage.delete(resource_type, resource_id)
