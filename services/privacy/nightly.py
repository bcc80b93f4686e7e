"""The nightly run that erases what is old enough, in parts that are committed one by one."""

from datetime import timedelta

import structlog

from core import clock
from core.actor import Actor
from core.database import transaction
from core.inputs import Row
from core.jobs import job, must_stop
from core.retention import Retained, kinds
from services.privacy.rules import days_that_hold

BATCH = 5_000
SECONDS = 300
log = structlog.get_logger("privacy")


class RetainedRow(Row):
    """What a run erased of a kind, or would erase."""

    kind: str
    title: str
    days: int
    rows: int


@job("privacy.nightly", periodic="53 17 * * *")
def nightly() -> None:
    """Erase what falls due, every night at 2:53 in Japan."""
    keep_to_the_rules()


def keep_to_the_rules() -> list[RetainedRow]:
    """Erase what falls due and return how much of which kind. A fault in one kind does not keep the others.

    Raises:
        Exception: the last fault, after all kinds had their turn.
    """
    done: list[RetainedRow] = []
    fault: Exception | None = None
    for kind, days in _rules():
        try:
            done.append(_row(kind, days, _erase(kind, days)))
        except Exception as error:
            log.exception("what falls due could not be erased", kind=kind.name)
            fault = error
    if fault is not None:
        raise fault
    return done


def look() -> list[RetainedRow]:
    """Return how much would be erased now, counted to 10,001 at most."""
    found = []
    for kind, days in _rules():
        with transaction(Actor.system("privacy.look"), statement_seconds=SECONDS) as tx:
            found.append(_row(kind, days, kind.count(tx, tx.now - timedelta(days=days))))
    return found


def _rules() -> list[tuple[Retained, int]]:
    with transaction(Actor.system("privacy.nightly")) as tx:
        days = days_that_hold(tx)
    return [(kind, days[kind.name]) for kind in kinds()]


def _erase(kind: Retained, days: int) -> int:
    before, total = clock.now() - timedelta(days=days), 0
    while not must_stop():
        with transaction(Actor.system("privacy.nightly"), statement_seconds=SECONDS) as tx:
            done = kind.step(tx, before, BATCH)
        total += done
        if not done:
            break
    if total:
        log.info("erased what fell due", kind=kind.name, days=days, rows=total)
    return total


def _row(kind: Retained, days: int, rows: int) -> RetainedRow:
    return RetainedRow(kind=kind.name, title=kind.title, days=days, rows=rows)
