"""Work that a person does not wait for: procrastinate's queue in the same database.

A job is enqueued on the operation's own connection, so it exists exactly when the change does. A worker is a process of
its own; when it dies, another one takes up its jobs.
"""

import asyncio
import functools
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import procrastinate
import structlog
from procrastinate import JobContext
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, func, select

from core import clock, collector
from core.database import SESSION_OPTIONS, engine, libpq_url
from core.errors import Unavailable
from core.i18n import N_
from core.settings import settings
from core.transaction import Transaction

ALIVE_WITHIN = timedelta(seconds=30)
EVERY_FIVE_SECONDS = "* * * * * */5"
"""For sweeps: cron with seconds in the sixth place."""

STOP_AFTER_SECONDS = 1
queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
# Jobs are enqueued through a manager of its own, never through the app: in a worker the app's connector is
# asynchronous, and a transaction's connection is not.
_enqueuing = JobManager(procrastinate.SyncPsycopgConnector())
_running: ContextVar[JobContext | None] = ContextVar("running_job", default=None)
_workers = Table(
    "procrastinate_workers",
    MetaData(schema="procrastinate"),
    Column("id", BigInteger, primary_key=True),
    Column("last_heartbeat", DateTime(timezone=True)),
)
log = structlog.get_logger("jobs")


def job(name: str, *, retries: int = 0, periodic: str | None = None) -> Callable[[Callable[..., None]], Any]:
    """Declare a job. It opens its own transactions; ``periodic`` is a cron line in UTC (a sixth place is seconds).

    A job must be safe to run again: a worker that dies in the middle leaves it to the next one. Calling the declared
    job runs it here and now.
    """

    def declare(function: Callable[..., None]) -> Any:
        def run(context: JobContext | None = None, /, timestamp: int | None = None, **values: Any) -> None:
            del timestamp  # what procrastinate tells periodic jobs
            token = _running.set(context)
            try:
                with structlog.contextvars.bound_contextvars(job=name):
                    function(**values)
            finally:
                _running.reset(token)

        functools.update_wrapper(run, function)
        strategy = procrastinate.RetryStrategy(max_attempts=retries, exponential_wait=2) if retries else False
        waits_once = name if periodic else None
        task = queue.task(name=name, retry=strategy, pass_context=True, queueing_lock=waits_once)(run)
        return queue.periodic(cron=periodic)(task) if periodic else task

    return declare


def enqueue(
    tx: Transaction,
    task: Any,
    *,
    once: str | None = None,
    alone: str | None = None,
    after: timedelta | None = None,
    **values: Any,
) -> None:
    """Put a job into the queue, in this transaction.

    ``once``: not if one of that name still waits. ``alone``: it does not start while one of that name runs. ``after``:
    it starts so much later, give or take five seconds.
    """
    try:
        with tx.session.begin_nested():  # a refused INSERT must not end the caller's transaction
            # Asked for inside: SQLAlchemy sets the savepoint when the connection is first used.
            connection = tx.session.connection().connection.driver_connection
            configure_task(
                name=task.name, job_manager=_enqueuing, queue=task.queue, priority=task.priority, lock=alone,
                queueing_lock=once or task.queueing_lock, connection=connection,
                schedule_at=clock.now() + after if after else None,
            ).defer(**values)  # fmt: skip
    except AlreadyEnqueued:
        log.debug("already waiting", job=once)


def must_stop() -> bool:
    """Say whether the running job should put its work down, since the worker is being stopped."""
    context = _running.get()
    return context is not None and context.should_abort()


def workers_alive(tx: Transaction) -> int:
    """Return how many workers showed a sign of life within the last 30 seconds."""
    found: int = tx.scalar(select(func.count()).where(_workers.c.last_heartbeat > clock.now() - ALIVE_WITHIN))
    return found


def worker_alive(tx: Transaction) -> bool:
    """Say whether a worker showed a sign of life within the last 30 seconds."""
    latest = tx.scalar(select(func.max(_workers.c.last_heartbeat)))
    return latest is not None and latest > clock.now() - ALIVE_WITHIN


def run_worker(concurrency: int = 4) -> None:
    """Work until a signal comes; a heartbeat tells the console that somebody works.

    Raises:
        Unavailable: when the database went away. Whoever started the worker starts it again.
    """
    lost = Unavailable(N_("The worker lost its database and stopped. Start it again."))
    collector.settle()
    try:
        with _connected() as app:
            stopped = asyncio.run(_work_until_stopped(app, concurrency))
    except ConnectorException as error:
        raise lost from error
    if not stopped:
        raise lost


def run_waiting_jobs() -> None:
    """Work off everything that waits, one job after the other, then return (tests, command line)."""
    with _connected() as app:
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful")


@contextmanager
def _connected() -> Iterator[procrastinate.App]:
    # Not with_connector: its copy of the app enqueues periodic jobs through the original one, which has no connection.
    url = engine().url.render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(
        conninfo=libpq_url(url),
        timeout=settings().worker_lost_seconds,
        kwargs={"options": SESSION_OPTIONS, "application_name": "renraku worker"},
    )
    with queue.replace_connector(connector) as app:
        yield app


async def _work_until_stopped(app: procrastinate.App, concurrency: int) -> bool:
    # procrastinate returns in the same way after a signal and after the loss of its connection, so signals are ours.
    async with app.open_async():
        work = asyncio.create_task(
            app.run_worker_async(
                concurrency=concurrency, delete_jobs="successful", install_signal_handlers=False,
                shutdown_graceful_timeout=STOP_AFTER_SECONDS,
                update_heartbeat_interval=settings().worker_heartbeat_seconds,
                stalled_worker_timeout=settings().worker_lost_seconds,
            )
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, _stop, work)
        await asyncio.wait([work])
    if not work.cancelled():
        work.result()
    return work.cancelled()


def _stop(work: asyncio.Task[None]) -> None:
    for one in (signal.SIGINT, signal.SIGTERM):  # a second signal ends the process at once
        asyncio.get_running_loop().remove_signal_handler(one)
    work.cancel()


@queue.periodic(cron=EVERY_FIVE_SECONDS)
@queue.task(name="core.take_up_stalled", pass_context=True, queueing_lock="core.take_up_stalled")
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of a worker that died to a living one. No lock: it must run even beside a stuck copy of itself."""
    del timestamp
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=settings().worker_lost_seconds):
        log.warning("taking up a stalled job", job=stalled.id, task=stalled.task_name)
        try:
            await manager.retry_job(stalled)
        except UniqueViolation:  # another one of the same name waits already and will do its work
            await manager.finish_job(stalled, Status.ABORTED, delete_job=True)


@queue.periodic(cron="17 18 * * *")
@queue.task(name="core.forget_old_jobs", pass_context=True, queueing_lock="core.forget_old_jobs")
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:
    """Delete what is left of jobs that failed more than 30 days ago; what succeeded is deleted at once."""
    del timestamp
    await context.app.job_manager.delete_old_jobs(
        nb_hours=30 * 24, include_failed=True, include_cancelled=True, include_aborted=True
    )
