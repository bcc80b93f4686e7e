"""How a run ends (同期の終了): what it read is thrown away, what came of it and the preview stay."""

from sqlalchemy import delete

from core.errors import RenrakuError
from core.transaction import Transaction
from data.models.directory import DirectoryRun, RunState, StagedDepartment, StagedPerson


def end(tx: Transaction, run: DirectoryRun, state: RunState) -> None:
    """Note that a run is over."""
    run.state, run.ended_at, run.next_at, run.resume = state, tx.now, None, None
    forget(tx, run)


def forget(tx: Transaction, run: DirectoryRun) -> None:
    """Throw away what a run has read."""
    tx.session.flush()
    for model in (StagedDepartment, StagedPerson):
        tx.execute(delete(model).where(model.run_id == run.id).execution_options(synchronize_session=False))


def fail(tx: Transaction, run: DirectoryRun, error: RenrakuError, fault_id: str | None = None) -> None:
    """Note what stopped a run; ``fault_id`` finds a fault in the log."""
    run.message = error.message
    run.values = {name: str(value) for name, value in error.values.items()}
    if fault_id:
        run.values = {**run.values, "fault": fault_id}
    run.digest = None
    end(tx, run, RunState.FAILED)
