"""What directories send in a PATCH though it follows from other attributes: left out in silence, as a PUT leaves it.

Entra ID maps ``displayName`` and ``department`` unless somebody takes them off; refused, its whole change would fail.
"""

from collections.abc import Mapping
from typing import Any

from scim2_models import InvalidSyntaxException

from services.scim import EnterpriseUser, User

CORE, ENTERPRISE = str(User.__schema__).lower(), str(EnterpriseUser.__schema__).lower()
FOLLOWING = {"displayname", f"{CORE}:displayname", f"{ENTERPRISE}:department"}
NOTHING = {"op": "replace", "value": {}}
"""An operation that changes nothing: a PATCH has at least one."""


def without_following(sent: Any) -> Any:
    """Return the body of a PATCH of a user without what follows from other attributes.

    Raises:
        InvalidSyntaxException: when it is no object.
    """
    if not isinstance(sent, dict):
        raise InvalidSyntaxException
    name = next((name for name in sent if name.lower() == "operations"), None)
    if name is None or not isinstance(sent[name], list) or not sent[name]:
        return sent
    kept = [changed for one in sent[name] if (changed := _kept(one)) is not None]
    return {**sent, name: kept or [NOTHING]}


def _kept(operation: Any) -> Any:
    if not isinstance(operation, dict):
        return operation
    named = {name.lower(): name for name in operation}
    path = operation.get(named.get("path", ""))
    value = operation.get(named.get("value", ""))
    if isinstance(path, str) and path.lower() in FOLLOWING:
        return None
    if not isinstance(value, dict) or (path and str(path).lower() != ENTERPRISE):
        return operation
    left = _left(value, f"{ENTERPRISE}:" if path else "")
    return {**operation, named["value"]: left} if left or not value else None


def _left(value: Mapping[str, Any], above: str) -> dict[str, Any]:
    left = {}
    for name, one in value.items():
        if f"{above}{name}".lower() in FOLLOWING:
            continue
        inner = _left(one, f"{name}:") if name.lower() == ENTERPRISE and isinstance(one, dict) else one
        if inner != {} or one == {}:
            left[name] = inner
    return left
