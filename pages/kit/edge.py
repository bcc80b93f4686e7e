"""The console's edge to the database: each question and each change is one transaction of the person who clicked."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

from core import logs
from core.actor import Actor
from core.database import transaction
from core.errors import NotAllowed, NotFound, RenrakuError
from core.i18n import N_, _
from core.inputs import Input, Nothing, validated
from core.operations import Operation, Query
from core.shown import literal
from core.transaction import Transaction
from pages.kit import guard, looking, menu, why

A = TypeVar("A", bound=Input)
R = TypeVar("R")
NOTHING = Nothing()


@dataclass(frozen=True)
class Done(Generic[R]):
    """An operation that went through; ``result`` is what it returned."""

    result: R


def show(error: Exception) -> None:
    """Show an error's sentence where the page stands; a fault is logged and shown as its id, never as a stack trace."""
    if isinstance(error, RenrakuError):
        st.error(literal(error.text), icon=":material/error:")
        return
    fault_id = logs.fault(error)
    st.error(
        _(N_("Something went wrong on our side; nothing was changed. Tell the administrator this number: {fault_id}"),
          fault_id=fault_id),
        icon=":material/report:",
    )  # fmt: skip


def explain(error: Exception, process: str) -> None:
    """Offer why something cannot be seen, where a permission or the reach may be the reason."""
    actor = guard.current_actor() if isinstance(error, NotAllowed | NotFound) else None
    if actor is not None and isinstance(error, NotAllowed):
        why.refused(actor, [process])
    elif actor is not None:
        why.beyond(actor, process)


def ask(query: Query[A, R], question: A | Nothing = NOTHING) -> R:
    """Answer a query for the person at the screen. An error is shown as its sentence and ends the run."""
    try:
        with acting() as tx:
            answer = query(tx, question)  # type: ignore[arg-type]  # Nothing, where the query asks for nothing
    except Exception as error:  # noqa: BLE001 - the edge is where faults become an id
        show(error)
        explain(error, query.name)
        menu.way_out()
        st.stop()
    return answer


def consult(query: Query[A, R], question: A, on_error: Callable[[RenrakuError], None] = show) -> R | None:
    """Answer a query about what a person has typed: what is refused goes to ``on_error``, and the run goes on."""
    try:
        with acting() as tx:
            return query(tx, question)
    except RenrakuError as error:
        on_error(error)
    except Exception as error:  # noqa: BLE001 - the edge is where faults become an id
        show(error)
    return None


def do(
    operation: Operation[A, R],
    question: A | Nothing | Mapping[str, object] = NOTHING,
    on_error: Callable[[RenrakuError], None] = show,
    *,
    nobody: str | None = None,
) -> Done[R] | None:
    """Do something for the person at the screen and commit it; ``nobody`` names what a person without account does.

    The question may be plain values that are still to be checked.

    Returns None when it could not be done: the sentence is on the page already (or went to ``on_error``, as a form
    does to put ``Invalid.fields`` beside its fields) and nothing was changed. The run goes on.
    """
    try:
        asked = validated(operation.asks, question) if isinstance(question, Mapping) else question
        with acting(nobody, anew=True) as tx:
            result = operation(tx, asked)  # type: ignore[arg-type]  # Nothing, where it asks for nothing
        guard.forget()
        return Done(result)
    except RenrakuError as error:
        on_error(error)
    except Exception as error:  # noqa: BLE001 - the edge is where faults become an id
        show(error)
    return None


@contextmanager
def acting(nobody: str | None = None, *, anew: bool = False) -> Iterator[Transaction]:
    """Open a transaction for whoever is signed in, or for nobody, with what made the system act.

    What changes something asks ``anew`` who that is and what they may do at this moment.

    Raises:
        NotAllowed: when the session has ended meanwhile; the console's next run shows the sign-in.
    """
    with transaction(Actor.system(nobody or "console")) as tx:
        if nobody:
            yield tx
            return
        actor = guard.actor_in(tx, anew=anew)
        if actor is None:
            raise NotAllowed(guard.SIGNED_OUT)
        if anew:
            looking.check(actor)
        mine = tx.by(actor)
        mine.stand()
        yield mine
