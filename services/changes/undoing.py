"""Undoing a change-set (元に戻す): first a preview that says what it would overwrite, then exactly that, or nothing."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.errors import Conflict, NotFound, Refused
from core.i18n import N_
from core.transaction import Transaction
from data.models.changes import ChangeSet, ChangeUndo, ChangeUndoRow, Standing, UndoState
from services.changes.keeper import keeping
from services.changes.kinds import Kind, Wanted, kind_of
from services.changes.planning import Plan, make_plan

Say = Callable[[str, int, int], None]
"""Gets the step that is being done, how many records of it are done, and of how many."""

BATCH = 10_000
STALE = N_("Something was changed after the preview, so nothing was undone. Look at the preview again.")
TWICE = N_("This change-set is undone already. To bring it back, undo the undo.")
NOTHING = N_("There is nothing that could go back.")
TAKEN = N_("A code, a name or a login name is used by somebody else by now, so nothing was undone.")


def look(tx: Transaction, undo: ChangeUndo, say: Say) -> None:
    """Find out what an undo would do and keep it for the preview.

    Raises:
        Refused: when the change-set is undone already.
        NotAllowed: when the actor may not do what is to be undone.
    """
    say(N_("Comparing"), 0, 1)
    found = _to_be_undone(tx, undo.set_id, lock=False)
    plan = make_plan(tx, found)
    tx.add_all(_rows(undo.id, plan))
    undo.state, undo.counts, undo.digest = UndoState.CHECKED, plan.counts(), plan.digest()
    tx.session.flush()
    say(N_("Comparing"), 1, 1)


def undo_set(tx: Transaction, undo: ChangeUndo, say: Say) -> None:
    """Do what the preview said, as a change-set of its own.

    Raises:
        Refused: when it is undone already, when nothing can go back, or when a rule of a room forbids it.
        Conflict: when it would no longer be what the preview said, or something is taken by now.
    """
    found = _to_be_undone(tx, undo.set_id, lock=True)
    for kind in {kind_of(name) for name in found.counts}:
        kind.lock(tx)
    plan = make_plan(tx, found)
    if plan.digest() != undo.digest:
        raise Conflict(STALE)
    chosen = plan.chosen(overwrite=undo.overwrite)
    if not chosen:
        raise Refused(NOTHING)
    try:
        with keeping(tx, process="changes.undo", subject=f"change_set:{found.id}", undoes=found) as kept:
            for kind, wanted in chosen.items():
                kept.watch(kind, [one.record_id for one in wanted])
            _write(tx, chosen, kept.added, say)
    except IntegrityError as error:
        raise Conflict(TAKEN) from error
    if not kept.made.records:
        raise Refused(NOTHING)
    _mark(tx, found, kept.made)
    undo.state, undo.made_id = UndoState.UNDONE, kept.id
    going = sum(map(len, chosen.values()))
    undo.counts = {**undo.counts, "done": kept.made.records, "stayed": going - kept.made.records}
    tx.session.flush()


def undo_within(tx: Transaction, undo_id: int, *, lock: bool = False) -> ChangeUndo:
    """Return an undo that the actor began.

    Raises:
        NotFound: when there is none; somebody else's is none.
    """
    mine = ChangeUndo.account_id.is_not_distinct_from(tx.actor.account_id)
    statement = select(ChangeUndo).where(ChangeUndo.id == undo_id, mine)
    if lock:
        statement = statement.with_for_update()
    found: ChangeUndo | None = tx.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(N_("There is no such undo of yours. Begin again from the change-set."))
    return found


def _to_be_undone(tx: Transaction, set_id: int, *, lock: bool) -> ChangeSet:
    found = tx.get(ChangeSet, set_id, lock=lock)
    if found is None:
        raise NotFound(N_("There is no such change-set of yours."))
    if found.undone_by_id is not None:
        raise Refused(TWICE)
    return found


def _rows(undo_id: int, plan: Plan) -> list[Any]:
    touched = [
        ChangeUndoRow(
            undo_id=undo_id, kind=kind, record_id=key, standing=Standing.TOUCHED, fields=one.fields,
            later_id=one.later_id,
        )
        for kind, records in plan.touched.items() for key, one in records.items()
    ]  # fmt: skip
    blocked = [
        ChangeUndoRow(
            undo_id=undo_id, kind=kind, record_id=key, standing=Standing.BLOCKED, fields=[], reason=reason
        )
        for kind, records in plan.blocked.items() for key, reason in records.items()
    ]  # fmt: skip
    return touched + blocked


def _write(
    tx: Transaction, chosen: dict[Kind, list[Wanted]], added: Callable[[Kind, list[int]], None], say: Say
) -> None:
    total, done = sum(map(len, chosen.values())), 0
    for kind, wanted in chosen.items():
        back = [one for one in wanted if one.values is not None]
        for start in range(0, len(back), BATCH):
            say(N_("Writing"), done, total)
            part = back[start : start + BATCH]
            added(kind, kind.bring_back(tx, part))
            done += len(part)
    for kind, wanted in reversed(chosen.items()):
        away = [one.record_id for one in wanted if one.values is None]
        if away:
            say(N_("Writing"), done, total)
            kind.take_away(tx, away)
            done += len(away)
    tx.session.flush()
    tx.session.expire_all()
    say(N_("Writing"), total, total)


def _mark(tx: Transaction, found: ChangeSet, by: ChangeSet) -> None:
    # An undo that is undone holds no longer: what it undid stands again, and what that one undid does not, and so on.
    found.undone_by_id = by.id
    holds, below = False, found
    while below.undoes_id is not None:
        above, undone = below, tx.get(ChangeSet, below.undoes_id, lock=True)
        if undone is None:
            break
        undone.undone_by_id = above.id if holds else None
        holds, below = not holds, undone
    tx.session.flush()


def waiting(tx: Transaction, set_id: int) -> bool:
    """Say whether an undo of this change-set is being done at this moment."""
    at_work = select(func.count()).where(ChangeUndo.set_id == set_id, ChangeUndo.state == UndoState.UNDOING)
    return bool(tx.scalar(at_work))
