"""How a run ends (同期の終了): what it read is thrown away, what came of it and the preview stay."""

from typing import Any

from sqlalchemy import delete

from core import logs
from core.errors import RenrakuError
from core.i18n import N_
from core.transaction import Transaction
from data.models.directory import DirectoryRun, RunState, StagedDepartment, StagedPerson

FAULT = N_(
    "This could not be done because of a fault in the program. Nothing was changed. Tell your administrator this "
    "number: {fault_id}."
)


def told(error: Exception, **where: Any) -> RenrakuError:
    """Return what a page says of an error: its own sentence, or the number under which a fault stands in the log."""
    return error if isinstance(error, RenrakuError) else RenrakuError(FAULT, fault_id=logs.fault(error, **where))


def end(tx: Transaction, run: DirectoryRun, state: RunState) -> None:
    """Note that a run is over."""
    run.state, run.ended_at, run.next_at, run.resume = state, tx.now, None, None
    forget(tx, run)


def forget(tx: Transaction, run: DirectoryRun) -> None:
    """Throw away what a run has read."""
    tx.session.flush()
    for model in (StagedDepartment, StagedPerson):
        tx.execute(delete(model).where(model.run_id == run.id).execution_options(synchronize_session=False))


def fail(tx: Transaction, run: DirectoryRun, error: RenrakuError) -> None:
    """Note what stopped a run."""
    run.message = error.message
    run.values = {name: str(value) for name, value in error.values.items()}
    run.digest = None
    end(tx, run, RunState.FAILED)
