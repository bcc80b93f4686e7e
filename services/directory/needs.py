"""What of the directory sync needs somebody: runs that wait for a look, and connections whose latest run failed."""

from datetime import timedelta

from sqlalchemy import func, select

from core.actor import Reach
from core.i18n import N_, _
from core.needs import Need, Urgency, needs
from core.transaction import Transaction
from data.models.directory import DirectoryConnection, DirectoryRun, RunState
from services.directory.runs import apply

REMEMBERED = timedelta(days=14)
SENTENCES = {
    RunState.STOPPED: N_("“{name}”: the brake stopped a run of the directory sync"),
    RunState.PLANNED: N_("“{name}”: a run of the directory sync waits to be looked at"),
    RunState.FAILED: N_("“{name}”: the last run of the directory sync failed"),
}


@needs(apply)
def runs_to_look_at(tx: Transaction, reach: Reach) -> list[Need]:
    """Name the connections whose latest run waits for somebody or failed, of the last 14 days."""
    if not reach.whole:
        return []
    latest = (
        select(func.max(DirectoryRun.id))
        .where(DirectoryRun.connection_id == DirectoryConnection.id)
        .correlate(DirectoryConnection)
        .scalar_subquery()
    )
    found = (
        select(DirectoryConnection.name, DirectoryRun.id, DirectoryRun.state)
        .join(DirectoryRun, DirectoryRun.id == latest)
        .where(DirectoryRun.state.in_(list(SENTENCES)), DirectoryRun.started_at > tx.now - REMEMBERED)
        .order_by(DirectoryRun.id.desc())
    )
    return [
        Need(
            text=_(SENTENCES[row.state], name=row.name), count=1, amount=_(N_("{count} runs"), count="1"),
            urgency=Urgency.TODAY, page="directory/run.py", values={"id": row.id},
        )
        for row in tx.execute(found)
    ]  # fmt: skip
