"""The protocol, by scim2-server; ours is who may do what, and the key of its cursors."""

from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from scim2_models import PatchOp, ResourceType
from scim2_server.requests import ScimRequest
from scim2_server.routing import Operation, Target
from scim2_server.service import ScimService

from core.actor import Actor
from core.operations import Process
from core.secrets import derive
from pages.public.scim.provider import PROVIDER
from pages.public.scim.unsaid import without_following
from services import scim

READS = {Operation.query, Operation.search, Operation.search_with_body}
PROCESSES: dict[tuple[str, Operation], Process[Any, Any]] = {
    ("User", Operation.create): scim.add_user,
    ("User", Operation.replace): scim.change_user,
    ("User", Operation.patch): scim.change_user,
    ("User", Operation.delete): scim.remove_user,
    ("Group", Operation.create): scim.add_group,
    ("Group", Operation.replace): scim.change_group,
    ("Group", Operation.patch): scim.change_group,
    ("Group", Operation.delete): scim.remove_group,
    **{("User", one): scim.list_users for one in READS},
    **{("Group", one): scim.list_groups for one in READS},
}


class Service(ScimService):
    """Answers requests; their subject is the actor."""

    def authorize(self, request: ScimRequest, target: Target, resource_type: ResourceType) -> None:
        """Check the permission before anything that was sent is looked at: its rules are nothing to those who may not.

        Raises:
            NotAllowed: when the actor may not.
        """
        actor: Actor = request.subject
        process = PROCESSES[str(resource_type.name), target.operation]
        actor.require(process.name, process.what)

    def read_patch(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> "PatchOp[Any]":
        """Read a PATCH; of a user without what follows from other attributes."""
        if resource_type.name == "User":
            body = to_json(without_following(self.decode_body(body, content_type)))
        return super().read_patch(resource_type, body, content_type)


@lru_cache(maxsize=1)
def service() -> Service:
    """Return the service. Cursors are sealed with a key of the installation's."""
    return Service(PROVIDER, secret=derive("scim-cursors"))
