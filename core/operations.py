"""The registry of everything that can be done: operations write, queries read, nothing goes around them.

From one declaration come the permission, the audit record, the form, the CSV columns and (later) the API.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core import audit
from core.actor import Actor, Reach, What
from core.at_once import told_apart
from core.errors import NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input
from core.observed import observed
from core.transaction import Transaction

ONLY_LOOKING = N_("You only look as {name}: nothing can be changed. End it above to go on as yourself.")
A = TypeVar("A", bound=Input)
R = TypeVar("R")


@dataclass(frozen=True)
class Process(Generic[A, R]):
    """One entry of the permission master (X06): a category and a process, and the function behind it."""

    name: str
    label: str
    what: What
    asks: type[A]
    function: Callable[[Transaction, A], R]
    touches: str | None = None
    own: bool = False
    """Every signed-in account may do it, for itself (own password, own language)."""
    recorded: bool = True
    """False: nothing of it stands in the audit trail. For what is not done yet, such as letters being typed."""
    while_looking: bool = False
    """It may be done while somebody only looks as this account: it ends that."""

    @property
    def category(self) -> str:
        """Return the room, the first part of the name."""
        return self.name.partition(".")[0]

    @property
    def title(self) -> str:
        """Return what people call it, in the current language."""
        return _(self.label)

    def allowed(self, actor: Actor) -> bool:
        """Say whether an actor may."""
        return self.own or actor.may(self.name, self.what)

    def require(self, tx: Transaction) -> None:
        """Raise NotAllowed unless the actor may."""
        if not self.own or (tx.actor.account_id is None and not tx.actor.is_system):
            tx.actor.require(self.name, self.what)

    def reach(self, tx: Transaction) -> Reach:
        """Return how far the actor's permission for this process goes."""
        return tx.actor.reach(self.name, self.what)


class Operation(Process[A, R]):
    """A write: permission, then the change, then its audit record, all in the caller's transaction."""

    def __call__(self, tx: Transaction, ask: A) -> R:
        """Do it, or raise and leave the transaction to be rolled back."""
        if tx.running is not None:
            raise RuntimeError(f"{self.name} was called from inside {tx.running}: share a plain function instead")
        with observed(self.name, tx.actor, told=True):
            if tx.actor.looker is not None and not self.while_looking:
                raise Refused(ONLY_LOOKING, name=tx.actor.name)
            self.require(tx)
            tx.running, tx.changes = self.name, []
            try:
                with told_apart(self.name):
                    result = self.function(tx, ask)
                    if self.recorded:
                        audit.record(tx, self.name, self.touches, ask, result)
            finally:
                tx.running = None
        return result


class Query(Process[A, R]):
    """A read: permission, then typed rows inside the actor's reach."""

    def __call__(self, tx: Transaction, ask: A) -> R:
        """Answer, or raise NotAllowed."""
        with observed(self.name, tx.actor, told=False):
            self.require(tx)
            return self.function(tx, ask)


_registry: dict[str, Operation[Any, Any] | Query[Any, Any]] = {}
_sorted: dict[str, Operation[Any, Any] | Query[Any, Any]] = {}


def operation(
    name: str,
    label: str,
    *,
    does: What = What.DO,
    touches: str | None = None,
    own: bool = False,
    recorded: bool = True,
    while_looking: bool = False,
) -> Callable[[Callable[[Transaction, A], R]], Operation[A, R]]:
    """Declare a write. ``label`` is the message id that the permission master shows."""

    def declare(function: Callable[[Transaction, A], R]) -> Operation[A, R]:
        return _register(Operation(name, label, does, _asks(function), function, touches, own, recorded, while_looking))

    return declare


def query(
    name: str, label: str, *, does: What = What.READ, own: bool = False
) -> Callable[[Callable[[Transaction, A], R]], Query[A, R]]:
    """Declare a read. ``does`` is EXPORT for files that leave the system."""

    def declare(function: Callable[[Transaction, A], R]) -> Query[A, R]:
        return _register(Query(name, label, does, _asks(function), function, None, own))

    return declare


def find(name: str) -> Operation[Any, Any] | Query[Any, Any]:
    """Return a process by name.

    Raises:
        NotFound: when nothing of that name was declared.
    """
    if name not in _registry:
        raise NotFound(N_("There is no process “{name}”."), name=name)
    return _registry[name]


def registered() -> list[Operation[Any, Any] | Query[Any, Any]]:
    """Return the permission master: every process, by category and name."""
    return list(_in_order().values())


def names() -> tuple[str, ...]:
    """Return the names of the permission master, by category and name."""
    return tuple(_in_order())


def _in_order() -> dict[str, Operation[Any, Any] | Query[Any, Any]]:
    if len(_sorted) != len(_registry):
        _sorted.clear()
        _sorted.update(sorted(_registry.items()))
    return _sorted


P = TypeVar("P", bound="Process[Any, Any]")


def _register(process: P) -> P:
    if process.name in _registry:
        raise RuntimeError(f"{process.name} is declared twice")
    _registry[process.name] = process  # type: ignore[assignment]
    _sorted.clear()
    process.__dict__["__doc__"] = process.function.__doc__
    return process


def _asks(function: Callable[[Transaction, A], R]) -> type[A]:
    second = list(inspect.signature(function, eval_str=True).parameters.values())[1]
    asked: type[A] = second.annotation
    return asked
