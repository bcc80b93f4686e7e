"""The protocol, by scim2-server; ours is only what a new user has when the directory does not say it."""

from typing import Any

from pydantic_core import from_json, to_json
from scim2_models import Resource, ResourceType
from scim2_server.service import ScimService

from pages.public.scim.provider import PROVIDER
from services.scim import EnterpriseUser

EXTENSION = str(EnterpriseUser.__schema__)


class Service(ScimService):
    """Answers requests."""

    def read_creation(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> Resource[Any]:
        """Read a new resource: a user is in use unless it says otherwise, and its login name is its number if need be.

        Both are required of what stands, and directories leave them out when they make somebody.
        """
        if resource_type.name == "User":
            self.ensure_json(content_type)
            body = _completed(body)
        return super().read_creation(resource_type, body, content_type)


SERVICE = Service(PROVIDER)


def _completed(body: bytes) -> bytes:
    try:
        sent = from_json(body)
    except ValueError:
        return body  # the library says what is wrong with it
    if not isinstance(sent, dict):
        return body
    names = {name.lower(): name for name in sent}
    if "active" not in names:
        sent["active"] = True
    extension = sent.setdefault(names.get(EXTENSION.lower(), EXTENSION), {})
    if isinstance(extension, dict) and "employeenumber" not in {name.lower() for name in extension}:
        extension["employeeNumber"] = sent.get(names.get("username", ""))
    return to_json(sent)
