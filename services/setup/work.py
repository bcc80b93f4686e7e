"""Long work as its page shows it: how far it is, and whether anybody works on it."""

from core import progress
from core.errors import NotFound
from core.i18n import N_
from core.inputs import Input, Row, field
from core.jobs import worker_alive
from core.operations import query
from core.progress import WorkRow, WorkState
from core.transaction import Transaction
from core.words import named

named(
    WorkState,
    waiting=N_("Waiting to be taken up"),
    running=N_("Working"),
    done=N_("Finished"),
    failed=N_("It could not be done"),
)


class WorkAsk(Input):
    """Which piece of work."""

    work_id: int = field(N_("Number"))


class WorkStatus(Row):
    """A piece of work, and whether a worker shows signs of life."""

    work: WorkRow
    worker_alive: bool


@query("setup.work", N_("See how far long work is"), own=True)
def show_work(tx: Transaction, ask: WorkAsk) -> WorkStatus:
    """Return how far a piece of work is (処理状況).

    Raises:
        NotFound: when there is none of that number, or another account began it and the actor may not see all.
    """
    work = progress.find(tx, ask.work_id, own=not tx.actor.may("setup.work", show_work.what))
    if work is None:
        raise NotFound(N_("This work does not exist. Go back to the page where it was started."))
    return WorkStatus(work=work, worker_alive=worker_alive(tx))
