"""What machines watch: how often each process ran, how long it took and how it ended; faults; requests and sockets.

One process of the operating system knows only its own numbers: whoever collects them asks each one.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import Counter, Gauge, Histogram

from core.actor import Actor
from core.errors import RenrakuError

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
PROCESSES = Histogram(
    "renraku_process_seconds", "Operations and queries, and how they ended.", ["process", "outcome"], buckets=SECONDS
)
FAULTS = Counter("renraku_faults", "What must not happen; each is in the log with its id.")
REQUESTS = Histogram("renraku_request_seconds", "Answers over HTTP.", ["route", "status"], buckets=SECONDS)
SOCKETS = Gauge("renraku_sockets", "Browsers that are connected to this process.")
DONE, FAULT = "done", "fault"
log = structlog.get_logger("process")


@contextmanager
def observed(process: str, actor: Actor, *, told: bool) -> Iterator[None]:
    """Time a process and give its name and the actor's account to every record in the log that is made inside.

    ``told``: it leaves a record of its own, with its outcome.
    """
    started, outcome = time.perf_counter(), FAULT
    looker = {"looker": actor.looker.account_id} if actor.looker else {}
    with structlog.contextvars.bound_contextvars(process=process, account=actor.account_id or actor.name, **looker):
        try:
            yield
            outcome = DONE
        except RenrakuError as error:
            outcome = error.code
            raise
        except Exception as error:
            error.add_note(f"in {process}, for account {actor.account_id or actor.name}")
            raise
        finally:
            seconds = time.perf_counter() - started
            PROCESSES.labels(process, outcome).observe(seconds)
            if told:
                log.info("operation", outcome=outcome, ms=round(seconds * 1000, 1))
