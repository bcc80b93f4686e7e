"""Work that a person does not wait for: procrastinate's queue in the same database.

A job is enqueued on the operation's own connection, so it exists exactly when the change does.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import procrastinate
import structlog
from procrastinate import JobContext
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, func, select

from core import clock
from core.database import SESSION_OPTIONS
from core.errors import RenrakuError
from core.settings import settings
from core.transaction import Transaction

ALIVE_WITHIN = timedelta(seconds=30)
queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
_workers = Table(
    "procrastinate_workers",
    MetaData(schema="procrastinate"),
    Column("id", BigInteger, primary_key=True),
    Column("last_heartbeat", DateTime(timezone=True)),
)
log = structlog.get_logger("jobs")


def job(name: str, *, retries: int = 0, periodic: str | None = None) -> Callable[[Callable[..., None]], Any]:
    """Declare a job. It opens its own transactions; ``periodic`` is a cron line in UTC.

    A job must be safe to run again: a worker that dies in the middle leaves it to the next one.
    """

    def declare(function: Callable[..., None]) -> Any:
        strategy = procrastinate.RetryStrategy(max_attempts=retries, exponential_wait=2) if retries else None
        task = queue.task(name=name, retry=strategy)(function)
        return queue.periodic(cron=periodic)(task) if periodic else task

    return declare


def enqueue(tx: Transaction, task: Any, *, once: str | None = None, at: datetime | None = None, **values: Any) -> None:
    """Put a job into the queue, in this transaction. ``once``: not if one of that name still waits."""
    connection = tx.session.connection().connection.driver_connection
    options: dict[str, Any] = {"connection": connection}
    if at is not None:
        options["schedule_at"] = at
    if once is None:
        task.configure(**options).defer(**values)
        return
    try:
        with tx.session.begin_nested():  # a refused INSERT must not end the caller's transaction
            task.configure(queueing_lock=once, **options).defer(**values)
    except AlreadyEnqueued:
        log.debug("already waiting", job=once)


def worker_alive(tx: Transaction) -> bool:
    """Say whether a worker showed a sign of life within the last 30 seconds."""
    latest = tx.scalar(select(func.max(_workers.c.last_heartbeat)))
    return latest is not None and latest > clock.now() - ALIVE_WITHIN


def open_worker_app(database_url: str | None = None) -> procrastinate.App:
    """Return the queue with a connector of its own for a worker process."""
    url = database_url or settings().database_url.get_secret_value()  # type: ignore[union-attr]
    connector = procrastinate.PsycopgConnector(
        conninfo=url.replace("postgresql+psycopg://", "postgresql://"), kwargs={"options": SESSION_OPTIONS}
    )
    return queue.with_connector(connector)


def run_waiting_jobs(database_url: str | None = None) -> None:
    """Work off everything that waits, then return (tests, command line)."""
    open_worker_app(database_url).run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def run_worker(concurrency: int = 4) -> None:
    """Work until a signal comes; a heartbeat tells the console that somebody works."""
    open_worker_app().run_worker(concurrency=concurrency, update_heartbeat_interval=5, stalled_worker_timeout=20)


@queue.periodic(cron="* * * * * */10")
@queue.task(name="core.take_up_stalled", pass_context=True, queueing_lock="core.take_up_stalled")
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of a worker that died to a living one. No lock: it must run even beside a stuck copy of itself."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=20):
        log.warning("taking up a stalled job", job=stalled.id, task=stalled.task_name)
        await manager.retry_job(stalled)


def explain(error: Exception) -> str:
    """Return what to tell people of a job that failed."""
    return error.text if isinstance(error, RenrakuError) else type(error).__name__
