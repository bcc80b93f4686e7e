"""The job of a large undo: the preview, and doing exactly what it said, each in one transaction."""

from sqlalchemy import update

from core import collector, logs, progress
from core.actor import Actor, What
from core.database import transaction
from core.errors import RenrakuError
from core.i18n import N_, using_language
from core.jobs import job
from data.models.changes import ChangeUndo, UndoState
from services.access import actor_for
from services.changes.undoing import look, undo_set

SECONDS = 15 * 60
RETRIES = 3
FAULT = N_("This could not be done because of a fault in the program. Nothing was undone. Tell your administrator.")
WORK = {UndoState.CHECKING: look, UndoState.UNDOING: undo_set}


@job("changes.undo", retries=RETRIES)
def undo_job(undo_id: int) -> None:
    """Look at an undo, or do it, as its state says; one at which nothing is to be done (any more) is left alone."""
    with transaction(Actor.system("changes.undo")) as tx:
        found = tx.get(ChangeUndo, undo_id)
        if found is None or found.state not in WORK or found.work_id is None:
            return
        state, account_id, work_id = found.state, found.account_id, found.work_id
    actor = None
    try:
        actor = _actor(account_id)
        _work(undo_id, actor, state, work_id)
    except RenrakuError as error:
        _fail(undo_id, work_id, actor, error)
        return
    except Exception as error:
        fault_id = logs.fault(error, change_undo=undo_id)
        _fail(undo_id, work_id, actor, RenrakuError(FAULT), fault_id)
        raise
    progress.finish(work_id)


def _actor(account_id: int | None) -> Actor:
    # The permissions of this moment count, not those of the click.
    with transaction(Actor.system("changes.undo")) as tx:
        return tx.actor if account_id is None else actor_for(tx, account_id)


def _work(undo_id: int, actor: Actor, state: UndoState, work_id: int) -> None:
    def say(step: str, done: int, total: int) -> None:
        progress.report(work_id, step, done, total)

    with using_language(actor.language), collector.away(), transaction(actor, statement_seconds=SECONDS) as tx:
        actor.require("changes.undo" if state is UndoState.UNDOING else "changes.prepare_undo", What.DO)
        found = tx.get(ChangeUndo, undo_id, lock=True)
        if found is not None and found.state is state:  # else another worker was faster
            WORK[state](tx, found, say)


def _fail(undo_id: int, work_id: int, actor: Actor | None, error: RenrakuError, fault_id: str | None = None) -> None:
    with using_language(actor.language if actor else None):
        message = error.text
    with transaction(Actor.system("changes.undo")) as tx:
        tx.execute(
            update(ChangeUndo)
            .where(ChangeUndo.id == undo_id)
            .values(state=UndoState.FAILED, message=message, digest=None)
        )
    progress.fail(work_id, message, fault_id)
