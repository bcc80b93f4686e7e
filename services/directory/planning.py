"""The jobs that compare what was read with what is here, and that apply it; each in one transaction."""

from collections.abc import Callable

from sqlalchemy import delete

from core import audit, collector
from core.actor import Actor, What
from core.database import transaction
from core.errors import Conflict, RenrakuError
from core.i18n import N_, using_language
from core.inputs import Input
from core.jobs import enqueue, job
from core.transaction import Transaction
from data.models.directory import DirectoryConnection, DirectoryRun, DirectoryRunRow, Nightly, RunState
from services.access import actor_for
from services.changes import keeping
from services.directory.ending import end, fail, told
from services.directory.plan import RunPlan, make_plan
from services.people.lock import alone
from services.people.store import copy_rows

SECONDS = 15 * 60
RETRIES = 3
STALE = N_(
    "People or departments were changed after the comparison, or it was made with other permissions than yours. "
    "Nothing was applied. Run it again."
)
COLUMNS = ("run_id", "line", "noun", "step", "key", "code", "name", "said")
Work = Callable[[Transaction, DirectoryRun], None]


class Outcome(Input):
    """What the audit record of an applied run says; the counts stand in its changes."""

    id: int
    connection: str


@job("directory.plan", retries=RETRIES)
def plan_job(run_id: int) -> None:
    """Compare what a run read with what is here; one that is not to be compared (any more) is left alone."""
    _work(run_id, RunState.PLANNING, plan_run)


@job("directory.apply", retries=RETRIES)
def apply_job(run_id: int) -> None:
    """Apply a run; one that is not to be applied (any more) is left alone."""
    _work(run_id, RunState.APPLYING, apply_run)


def plan_run(tx: Transaction, run: DirectoryRun) -> None:
    """Store the preview with the hash that applying has to meet; the brake may stop it, the night may apply it."""
    plan = make_plan(tx, run)
    store(tx, run, plan)
    run.counts, run.digest = {**run.counts, **plan.counts()}, plan.digest()
    connection = tx.session.get_one(DirectoryConnection, run.connection_id)
    stopped = plan.brake()
    if stopped is not None:
        run.state, (run.message, run.values) = RunState.STOPPED, stopped
    elif plan.changes_nothing():
        plan.link(tx)
        end(tx, run, RunState.APPLIED)
    elif run.account_id is None and connection.nightly is Nightly.APPLY:
        run.state = RunState.APPLYING
        enqueue(tx, apply_job, run_id=run.id)
    else:
        run.state = RunState.PLANNED
    tx.session.flush()


def apply_run(tx: Transaction, run: DirectoryRun) -> None:
    """Do what the preview promised, as one change-set, and record it.

    Raises:
        Conflict: when something changed since, so that it would no longer be the same.
    """
    tx.actor.require("directory.apply", What.BULK)
    alone(tx)
    plan = make_plan(tx, run)
    stopped = plan.brake()
    if plan.digest() != run.digest or (stopped is not None and not run.despite_brake):
        raise Conflict(STALE)
    with keeping(tx, process="directory.apply", subject=f"directory_run:{run.id}") as kept:
        plan.write(tx, kept)
    connection = tx.session.get_one(DirectoryConnection, run.connection_id)
    run.message, run.values = None, {}
    end(tx, run, RunState.APPLIED)
    tx.note(f"directory_run:{run.id}", None, run.counts)
    outcome = Outcome(id=run.id, connection=connection.name)
    audit.record(tx, "directory.apply", "directory_run", outcome, outcome)


def store(tx: Transaction, run: DirectoryRun, plan: RunPlan) -> None:
    """Store the lines of a preview anew."""
    tx.execute(
        delete(DirectoryRunRow).where(DirectoryRunRow.run_id == run.id).execution_options(synchronize_session=False)
    )
    copy_rows(tx, "directory_run_row", COLUMNS, (
        (run.id, at, line.noun.value, line.step.value, line.key, line.code, line.name, line.stored())
        for at, line in enumerate(plan.lines, start=1)
    ))  # fmt: skip


def _work(run_id: int, state: RunState, work: Work) -> None:
    actor = _actor(run_id, state)
    if actor is None:
        return
    try:
        with using_language(actor.language), collector.away(), transaction(actor, statement_seconds=SECONDS) as tx:
            run = tx.get(DirectoryRun, run_id, lock=True)
            if run is not None and run.state is state:  # else another worker was faster
                work(tx, run)
    except RenrakuError as error:
        _fail(run_id, state, error)
    except Exception as error:
        _fail(run_id, state, told(error, directory_run=run_id))
        raise


def _actor(run_id: int, state: RunState) -> Actor | None:
    # The permissions of this moment count, not those of the click; a nightly run acts as the system.
    with transaction(Actor.system("directory.run")) as tx:
        run = tx.get(DirectoryRun, run_id)
        if run is None or run.state is not state:
            return None
        account = run.applied_by if state is RunState.APPLYING else run.account_id
        return tx.actor if account is None else actor_for(tx, account)


def _fail(run_id: int, state: RunState, error: RenrakuError) -> None:
    with transaction(Actor.system("directory.run")) as tx:
        run = tx.get(DirectoryRun, run_id, lock=True)
        if run is not None and run.state is state:
            fail(tx, run, error)
