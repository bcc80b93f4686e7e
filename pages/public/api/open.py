"""Which processes machines may call, and how their answers are written."""

import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter

from core.errors import NotFound
from core.i18n import N_
from core.inputs import marks
from core.operations import Operation, Process, Query, registered

Registered = Operation[Any, Any] | Query[Any, Any]


@cache
def open_processes() -> dict[str, Registered]:
    """Return, by name, what can be called with a key: all that can be granted and travels as JSON without a secret.

    Left out are what everybody does for themselves in a browser (``own``: no permission set holds it, so no key can),
    what takes or gives files (bytes), and what takes or gives a secret: passwords are typed and links and keys are
    shown once, by and to people, while an answer under an ``Idempotency-Key`` is kept for a day.
    """
    return {process.name: process for process in registered() if not process.own and not _unfit(process)}


def find_open(category: str, name: str) -> Registered:
    """Return what machines call by this address.

    Raises:
        NotFound: when there is none, or none for machines.
    """
    found = open_processes().get(f"{category}.{name}")
    if found is None:
        raise NotFound(N_("There is no process “{name}” for machines."), name=f"{category}/{name}"[:200])
    return found


def method_of(process: Registered) -> str:
    """Return how a process is called."""
    return "POST" if isinstance(process, Operation) else "GET"


@cache
def answer_of(process: Process[Any, Any]) -> TypeAdapter[Any] | None:
    """Return what writes the answers of a process as JSON; None: there is nothing to answer with."""
    kind = _answer(process)
    return TypeAdapter(kind) if kind is not None else None


def _answer(process: Process[Any, Any]) -> Any:
    return inspect.signature(process.function, eval_str=True).return_annotation


def _unfit(process: Registered) -> bool:
    return any(
        kind is bytes or (_is_model(kind) and any(marks(kind, name).get("secret") for name in kind.model_fields))
        for side in (process.asks, _answer(process))
        for kind in _kinds(side)
    )


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _kinds(kind: Any) -> Iterator[Any]:
    """Walk through a type and everything inside it."""
    waiting, seen = [kind], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield get_origin(one) or one
        waiting += get_args(one)
        if _is_model(one):
            waiting += [info.annotation for info in one.model_fields.values()]
