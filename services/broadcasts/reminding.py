"""Reminders (リマインド, D14): once more to those who have not answered, by a person or by itself at set intervals.

The job goes through what is due; one reminder is one transaction that also says when the next one is due, so that a
worker may die anywhere and nobody is reminded twice, or never.
"""

from typing import Any

from pydantic import model_validator
from sqlalchemy import ColumnElement, select

from core import logs
from core.actor import Actor
from core.database import transaction
from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, WrongValue, field
from core.jobs import job
from core.operations import operation
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastState
from services.broadcasts.asked import ANSWERABLE_FOR
from services.broadcasts.drafts import BroadcastRow
from services.broadcasts.marks import REMINDER, marked
from services.broadcasts.opening import send_reminder
from services.broadcasts.people import silent
from services.broadcasts.sight import get_steered
from services.broadcasts.slots import next_slot

MOST = 10
AT_ONCE = 500
SYSTEM = Actor.system("broadcasts.remind_due")


class Reminders(Input):
    """How often those who have not answered are reminded."""

    id: int = field(N_("Broadcast"), hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    remind_most: int = field(
        N_("Reminders at most"), default=3, ge=0, le=MOST, unit=N_("times"), help=N_("0: none by itself.")
    )
    remind_every: int = field(
        N_("Time between two of them"), default=60, ge=5, le=10_080, unit=N_("minutes"),
        help=N_("The first one follows so long after the sending."),
    )  # fmt: skip
    remind_from: int | None = field(N_("Not before"), default=None, ge=0, le=23, unit=N_("o'clock"))
    remind_until: int | None = field(
        N_("Not after"), default=None, ge=1, le=24, unit=N_("o'clock"), help=N_("Empty: at any hour.")
    )

    @model_validator(mode="after")
    def _hours(self) -> "Reminders":
        begin, end = self.remind_from, self.remind_until
        if (begin is None) != (end is None) or (begin is not None and end is not None and begin >= end):
            raise WrongValue(N_("Enter both hours, the earlier one first, or neither."))
        return self


class Due(Input):
    """Which broadcast is due."""

    id: int = field(N_("Broadcast"), hidden=True)


@operation("broadcasts.set_reminders", N_("Set reminders by itself"), touches="broadcast")
def set_reminders(tx: Transaction, ask: Reminders) -> BroadcastRow:
    """Say how often a broadcast reminds by itself (自動リマインド); what is running counts from this moment on.

    Raises:
        NotFound: when it does not exist or the actor may not steer it.
        Conflict: when it was changed meanwhile.
        Refused: when it is closed.
    """
    row = get_steered(tx, ask.id, set_reminders.reach(tx), ask.version)
    if row.state is BroadcastState.CLOSED:
        raise Refused(N_("“{title}” is closed; nobody is reminded any more."), title=row.title)
    before = _noted(row)
    row.remind_most = ask.remind_most
    row.remind_every = ask.remind_every if ask.remind_most else None
    row.remind_from, row.remind_until = ask.remind_from, ask.remind_until
    row.remind_at = None if row.state is BroadcastState.DRAFT else next_slot(row, tx.now)
    row.version += 1
    tx.session.flush()
    tx.note(f"broadcast:{row.id}", before, _noted(row))
    return BroadcastRow.model_validate(row)


@operation("broadcasts.remind_due", N_("Remind by itself, when it is due"), touches="broadcast")
def remind_due(tx: Transaction, ask: Due) -> BroadcastRow:
    """Send the reminder that is due now, and say when the next one is.

    Raises:
        Refused: when none is due: somebody else has sent it, or steered the broadcast meanwhile.
    """
    row = tx.get(Broadcast, ask.id, lock=True)
    if row is None or not _is_due(tx, row):
        raise Refused(N_("No reminder is due."))
    count = remind_silent(tx, row) if _takes_answers(tx, row) else 0
    row.reminded += 1 if count else 0
    row.remind_at = next_slot(row, tx.now) if count else None
    tx.session.flush()
    tx.note(f"broadcast:{row.id}", None, {"reminded": count, "next": row.remind_at and row.remind_at.isoformat()})
    return BroadcastRow.model_validate(row)


def remind_silent(tx: Transaction, row: Broadcast, *within: ColumnElement[bool]) -> int:
    """Send a locked broadcast once more to those who have not answered, as far as ``within``; return how many."""
    people = silent(row.id, *within)
    return send_reminder(tx, row, people, marked(row.subject, [REMINDER]))


@job("broadcasts.remind", periodic="* * * * *")
def remind_all_due() -> None:
    """Remind wherever it is due. A broadcast that cannot be reminded keeps no other one waiting."""
    with transaction(SYSTEM) as tx:
        due = select(Broadcast.id).where(Broadcast.remind_at <= tx.now, Broadcast.state == BroadcastState.OPEN)
        ids = tx.session.scalars(due.order_by(Broadcast.remind_at).limit(AT_ONCE)).all()
    for broadcast_id in ids:
        try:
            with transaction(SYSTEM) as tx:
                remind_due(tx, Due(id=broadcast_id))
        except Refused:
            continue
        except Exception as error:  # noqa: BLE001 - it is tried again in a minute, and the others have their turn
            logs.fault(error)


def _is_due(tx: Transaction, row: Broadcast) -> bool:
    return row.state is BroadcastState.OPEN and row.remind_at is not None and row.remind_at <= tx.now


def _takes_answers(tx: Transaction, row: Broadcast) -> bool:
    return row.sent_at is not None and row.sent_at > tx.now - ANSWERABLE_FOR


def _noted(row: Broadcast) -> dict[str, Any]:
    return {
        "every": row.remind_every, "most": row.remind_most, "from": row.remind_from, "until": row.remind_until,
    }  # fmt: skip
