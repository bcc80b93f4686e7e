"""What a PATCH of a group says, without its members being known: who joins, who leaves, what it is called."""

from dataclasses import dataclass, field
from typing import Any

from scim2_models import PatchOp, PatchOperation
from scim2_models.path import CompareOperator, Comparison

from pages.public.scim.translation import number_of

MEMBERS, NAME, EXTERNAL = "members", "displayname", "externalid"
SAYING_NOTHING = {"id", "schemas", "meta"}


class Other(Exception):
    """It says something that this cannot tell without the group."""


@dataclass
class GroupChange:
    """The sum of a PATCH: ``members`` if it names all of them, then who joins and who leaves."""

    name: str | None = None
    external_id: str | None = None
    members: set[int] | None = None
    joining: set[int] = field(default_factory=set)
    leaving: set[int] = field(default_factory=set)

    def fields(self) -> dict[str, Any]:
        """Return it as ``EditedGroup`` takes it."""
        members = None if self.members is None else sorted(self.members)
        return {
            "name": self.name, "external_id": self.external_id, "members": members,
            "joining": sorted(self.joining), "leaving": sorted(self.leaving),
        }  # fmt: skip

    def join(self, who: set[int]) -> None:
        """Let some join."""
        self.joining |= who
        self.leaving -= who

    def leave(self, who: set[int]) -> None:
        """Let some leave."""
        self.leaving |= who
        self.joining -= who

    def be(self, who: set[int]) -> None:
        """Let exactly these belong."""
        self.members, self.joining, self.leaving = who, set(), set()


def changed_group(patch: "PatchOp[Any]") -> GroupChange | None:
    """Return what a PATCH of a group says; None when it needs the whole group to be understood, or is wrong."""
    change = GroupChange()
    try:
        for operation in patch.operations or []:
            _add(change, operation)
    except Other:
        return None
    return change


def _add(change: GroupChange, operation: "PatchOperation[Any]") -> None:
    if operation.path is None or not str(operation.path):
        if operation.op is PatchOperation.Op.remove or not isinstance(operation.value, dict):
            raise Other
        for name, value in operation.value.items():
            if name.lower() not in SAYING_NOTHING:
                _set(change, name.rpartition(":")[2].lower(), operation.op, value)
        return
    bound = operation.path.resolve()
    if bound is None or bound.sub_field_name is not None:
        raise Other
    name = bound.field_name.replace("_", "")
    chosen = operation.path.value_filter
    if chosen is None:
        _set(change, name, operation.op, operation.value)
    elif name == MEMBERS and operation.op is PatchOperation.Op.remove and operation.value is None:
        change.leave(_chosen(chosen))
    else:
        raise Other


def _set(change: GroupChange, name: str, op: "PatchOperation.Op", value: Any) -> None:
    removes = op is PatchOperation.Op.remove
    if name == MEMBERS and removes:
        change.be(set()) if value is None else change.leave(_ids(value))
    elif name == MEMBERS and op is PatchOperation.Op.add:
        change.join(_ids(value))
    elif name == MEMBERS:
        change.be(_ids(value or []))
    elif name == NAME and isinstance(value, str) and not removes:
        change.name = value
    elif name == EXTERNAL and (removes or isinstance(value, str)):
        change.external_id = "" if removes else value
    else:
        raise Other


def _ids(value: Any) -> set[int]:
    """Return whom a value names: Entra ID sends a list of objects, others one object or the ids alone."""
    entries = value if isinstance(value, list) else [value]
    return {_id(entry) for entry in entries}


def _id(entry: Any) -> int:
    if isinstance(entry, dict):
        entry = next((one for name, one in entry.items() if name.lower() == "value"), None)
    number = number_of(entry) if isinstance(entry, str) else None
    if number is None:
        raise Other
    return number


def _chosen(chosen: Any) -> set[int]:
    fits = (
        isinstance(chosen, Comparison) and chosen.op is CompareOperator.eq and str(chosen.attr_path).lower() == "value"
    )
    if not fits:
        raise Other
    return {_id(chosen.value)}
