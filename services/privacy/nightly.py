"""The nightly run that erases what is old enough, in parts that are committed one by one."""

from datetime import timedelta

import structlog
from sqlalchemy import select

from core import clock, logs, progress
from core.actor import Actor
from core.database import transaction
from core.i18n import N_, _
from core.inputs import Row
from core.jobs import job, must_stop
from core.progress import Work
from core.retention import Retained, kinds
from services.privacy.rules import days_that_hold

BATCH = 5_000
SECONDS = 300
SUBJECT = "retention:1"
FAULT = N_("A kind of data could not be erased because of a fault in the program; it is tried again in the next night.")
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

    A run that erases anything stands on the page of long work.

    Raises:
        Exception: the last fault, after all kinds had their turn.
    """
    done: list[RetainedRow] = []
    fault: Exception | None = None
    fault_id, shown = "", _Shown()
    for kind, days in _rules():
        try:
            done.append(_row(kind, days, _erase(kind, days, shown)))
        except Exception as error:  # noqa: BLE001 - raised again when all kinds had their turn
            fault, fault_id = error, logs.fault(error, kind=kind.name)
    if fault is not None:
        shown.failed(fault_id)
        raise fault
    shown.finished()
    return done


class _Shown:
    """The run as the page of long work shows it, from the first row that it erases on."""

    def __init__(self) -> None:
        self._id: int | None = None
        self._before = 0

    def erased(self, kind: Retained, rows: int) -> None:
        if self._id is None:
            self._id = self._begun()
        self._before += rows
        progress.report(self._id, kind.label, self._before, 0)

    def finished(self) -> None:
        if self._id is not None:
            progress.finish(self._id)

    def failed(self, fault_id: str) -> None:
        self._id = self._id or self._begun()
        progress.fail(self._id, _(FAULT), fault_id)

    def _begun(self) -> int:
        with transaction(Actor.system("privacy.nightly")) as tx:
            broken_off = tx.scalar(select(Work.id).where(Work.subject == SUBJECT, Work.finished_at.is_(None)).limit(1))
            return broken_off or progress.begin(tx, "privacy.nightly", subject=SUBJECT, running=True)


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


def _erase(kind: Retained, days: int, shown: _Shown) -> int:
    before, total = clock.now() - timedelta(days=days), 0
    while not must_stop():
        with transaction(Actor.system("privacy.nightly"), statement_seconds=SECONDS) as tx:
            done = kind.step(tx, before, BATCH)
        if not done:
            break
        total += done
        shown.erased(kind, done)
    if total:
        log.info("erased what fell due", kind=kind.name, days=days, rows=total)
    return total


def _row(kind: Retained, days: int, rows: int) -> RetainedRow:
    return RetainedRow(kind=kind.name, title=kind.title, days=days, rows=rows)
