"""How far long work is, for everybody to see: written on a connection of its own, outside the long transaction."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, func, text, update
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.actor import Actor
from core.database import Base, transaction
from core.inputs import Row
from core.transaction import Transaction


class WorkState(StrEnum):
    """Where a piece of long work stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Work(Base):
    """One piece of long work, for instance an import, with how much of it is done (mostly rows).

    ``subject`` names the record that it is about (``people_import:12``); ``fault_id`` finds a fault in the log.
    """

    __tablename__ = "work"
    __table_args__ = (
        CheckConstraint("done >= 0 AND total >= 0", "counts"),
        Index("ix_work_account_id", "account_id", "id"),
        Index("ix_work_subject", "subject", postgresql_where=text("finished_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[WorkState] = mapped_column(default=WorkState.WAITING)
    step: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None]
    account_id: Mapped[int | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    subject: Mapped[str | None]
    fault_id: Mapped[str | None]


class WorkRow(Row):
    """What a page shows of long work."""

    id: int
    kind: str
    state: WorkState
    step: str
    done: int
    total: int
    message: str | None
    updated_at: datetime

    @property
    def fraction(self) -> float:
        """Return how far it is, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


def begin(tx: Transaction, kind: str, total: int = 0, *, subject: str | None = None, running: bool = False) -> int:
    """Announce work in the operation's transaction and return its id.

    ``kind`` is the process that it is done for; ``subject`` names the record that it is about;
    ``running``: it does not wait to be taken up.
    """
    key: int = tx.insert(
        Work, kind=kind, total=total, account_id=tx.actor.account_id, created_at=tx.now, updated_at=tx.now,
        state=WorkState.RUNNING if running else WorkState.WAITING, started_at=tx.now if running else None, step="",
        done=0, subject=subject,
    )  # fmt: skip
    return key


def report(work_id: int, step: str, done: int, total: int) -> None:
    """Say how far it is; visible at once, whatever becomes of the work's own transaction."""
    started = func.coalesce(Work.started_at, clock.now())
    _write(work_id, state=WorkState.RUNNING, step=step, done=done, total=total, started_at=started)


def finish(work_id: int) -> None:
    """Say that it is done."""
    _write(work_id, state=WorkState.DONE, finished_at=func.coalesce(Work.finished_at, clock.now()))


def fail(work_id: int, message: str, fault_id: str | None = None) -> None:
    """Say that it could not be done, and why, in a sentence for people; ``fault_id`` finds a fault in the log."""
    _write(work_id, state=WorkState.FAILED, message=message, fault_id=fault_id, finished_at=clock.now())


def finish_about(tx: Transaction, subjects: Sequence[str]) -> None:
    """Say in the caller's transaction that the work about these records is done."""
    tx.execute(
        update(Work)
        .where(Work.subject.in_(subjects), Work.finished_at.is_(None))
        .values(state=WorkState.DONE, updated_at=tx.now, finished_at=tx.now)
        .execution_options(synchronize_session=False)
    )


def find(tx: Transaction, work_id: int, *, own: bool) -> WorkRow | None:
    """Return a piece of work for a page; ``own``: only if the actor began it."""
    work = tx.session.get(Work, work_id, populate_existing=True)
    if work is None or (own and work.account_id != tx.actor.account_id):
        return None
    return WorkRow.model_validate(work)


def _write(work_id: int, **values: object) -> None:
    with transaction(Actor.system("progress")) as tx:
        tx.execute(update(Work).where(Work.id == work_id).values(**values, updated_at=tx.now))
