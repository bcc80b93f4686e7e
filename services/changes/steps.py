"""The two steps of an undo as a person does them, and what their page shows; large ones are done by a job."""

from typing import Any

from core import progress
from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.jobs import enqueue
from core.operations import find, operation, query
from core.transaction import Transaction
from data.models.changes import ChangeSet, ChangeUndo, UndoState
from services.changes.jobs import undo_job
from services.changes.search import WhichSet, set_within
from services.changes.undoing import TWICE, look, undo_set, undo_within, waiting

SMALL = 1_000
"""Up to so many records an undo is looked at and done at once; more are left to a job."""


class WhichUndo(Input):
    """Which undo."""

    id: int = field(N_("Number"), hidden=True)


class Decision(WhichUndo):
    """Whether records that somebody changed since go back too."""

    overwrite: bool = field(N_("Those changed since go back too"), default=False)


class UndoRow(Row):
    """Where an undo stands; ``counts`` has free, touched and blocked, and afterwards done and stayed."""

    id: int
    set_id: int
    state: UndoState
    counts: dict[str, int]
    overwrite: bool
    message: str | None
    work_id: int | None
    made_id: int | None


@operation("changes.prepare_undo", N_("Look at what an undo would do"), touches="change_undo")
def prepare_undo(tx: Transaction, ask: WhichSet) -> UndoRow:
    """Find out what undoing a change-set would do: how many records go back, which were changed since, which cannot.

    Raises:
        NotFound: when there is no such change-set within reach.
        Refused: when it is undone already, or being undone.
        NotAllowed: when the actor may not do what is to be undone.
    """
    found = set_within(tx, prepare_undo, ask.id)
    find(found.allowed_by).require(tx)
    if found.undone_by_id is not None:
        raise Refused(TWICE)
    made = ChangeUndo(
        set_id=found.id, state=UndoState.CHECKING, counts={}, account_id=tx.actor.account_id, created_at=tx.now
    )
    tx.add(made)
    _now_or_later(tx, made, found, then=look)
    return UndoRow.model_validate(made)


@operation("changes.undo", N_("Undo a change-set"), touches="change_undo")
def undo(tx: Transaction, ask: Decision) -> UndoRow:
    """Undo a change-set as its preview said, only what nobody changed since or all; it is a change-set itself.

    Raises:
        NotFound: when the actor has looked at no such preview.
        Refused: when it was not looked at, is undone already, or nothing can go back.
        Conflict: when something was changed after the preview, or a code, name or login name is taken.
        NotAllowed: when the actor may not do what is to be undone.
    """
    made = undo_within(tx, ask.id, lock=True)
    found = set_within(tx, undo, made.set_id, lock=True)
    find(found.allowed_by).require(tx)
    if found.undone_by_id is not None or waiting(tx, found.id):
        raise Refused(TWICE)
    if made.state is not UndoState.CHECKED:
        raise Refused(N_("Look at the preview first."))
    made.state, made.overwrite = UndoState.UNDOING, ask.overwrite
    _now_or_later(tx, made, found, then=undo_set)
    return UndoRow.model_validate(made)


@query("changes.undo_show", N_("See the preview of an undo"))
def show_undo(tx: Transaction, ask: WhichUndo) -> UndoRow:
    """Return where an undo of the actor's own stands.

    Raises:
        NotFound: when there is none of that number; somebody else's is none.
    """
    return UndoRow.model_validate(undo_within(tx, ask.id))


def _now_or_later(tx: Transaction, made: ChangeUndo, found: ChangeSet, then: Any) -> None:
    if found.records <= SMALL:
        then(tx, made, lambda *_: None)
        return
    made.work_id = progress.begin(tx, "changes.undo", total=found.records, subject=f"change_set:{found.id}")
    tx.session.flush()
    enqueue(tx, undo_job, undo_id=made.id)
