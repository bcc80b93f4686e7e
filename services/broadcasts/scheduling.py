"""Scheduled broadcasts (予約送信, D13): a draft gets a moment at which it is sent by itself.

It is sent with the permissions that whoever scheduled it has at that moment. The job sends each draft in one
transaction that makes it a sent one, so a worker may die anywhere. What nobody sent for ``LATE`` is not sent any more
without asking: a notice of yesterday may be wrong today.
"""

from datetime import datetime, timedelta

from pydantic import field_validator
from sqlalchemy import select

from core import logs
from core.actor import Actor
from core.clock import JST
from core.database import transaction
from core.errors import Refused, RenrakuError
from core.i18n import N_, _, using_language
from core.inputs import Input, field
from core.jobs import EVERY_FIVE_SECONDS, job
from core.operations import operation
from core.transaction import Transaction
from data.models.broadcasts import Broadcast
from services.access import actor_for
from services.broadcasts.drafts import BroadcastRow, require_draft
from services.broadcasts.sending import Send, Which, require_sendable, send
from services.broadcasts.sight import get_steered

LATE = timedelta(hours=1)
FARTHEST = timedelta(days=366)
TOO_LATE = N_("No worker was running for so long that it was not sent any more. Send it now, or choose another moment.")
SYSTEM = Actor.system("broadcasts.send_due")


class Schedule(Input):
    """Which draft is sent when, and the version of it that was checked."""

    id: int = field(N_("Broadcast"), hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    send_at: datetime = field(N_("To be sent at"), help=N_("In Japan Standard Time."))

    @field_validator("send_at")
    @classmethod
    def _in_japan(cls, at: datetime) -> datetime:
        return at if at.tzinfo else at.replace(tzinfo=JST)


@operation("broadcasts.schedule", N_("Schedule broadcasts"), touches="broadcast")
def schedule(tx: Transaction, ask: Schedule) -> BroadcastRow:
    """Have a draft sent at a moment (予約), or at another one than was said before.

    Raises:
        NotAllowed: when the actor may not send.
        NotFound: when the draft is gone, or somebody else's.
        Conflict: when it was changed after it was checked.
        Refused: when it was already sent or is not complete, or the moment is past or more than a year away.
    """
    send.require(tx)
    row = get_steered(tx, ask.id, schedule.reach(tx), ask.version)
    require_draft(row)
    require_sendable(row)
    if tx.actor.account_id is None:
        raise Refused(N_("Only somebody with an account can schedule: it is sent with their permissions."))
    if not tx.now < ask.send_at <= tx.now + FARTHEST:
        raise Refused(N_("Choose a moment that is still to come, within a year."))
    tx.note(f"broadcast:{row.id}", row.send_at and row.send_at.isoformat(), ask.send_at.isoformat())
    row.send_at, row.scheduled_by, row.schedule_trouble = ask.send_at, tx.actor.account_id, None
    row.version += 1
    tx.session.flush()
    return BroadcastRow.model_validate(row)


@operation("broadcasts.unschedule", N_("Take schedules back"), touches="broadcast")
def unschedule(tx: Transaction, ask: Which) -> BroadcastRow:
    """Leave a draft a draft (予約取消).

    Raises:
        NotFound: when it is gone, or somebody else's.
        Refused: when it was sent already, or has no moment.
    """
    row = get_steered(tx, ask.id, unschedule.reach(tx))
    require_draft(row)
    if row.send_at is None:
        raise Refused(N_("“{title}” is not scheduled."), title=row.title)
    tx.note(f"broadcast:{row.id}", row.send_at.isoformat(), None)
    row.send_at = row.scheduled_by = row.schedule_trouble = None
    row.version += 1
    tx.session.flush()
    return BroadcastRow.model_validate(row)


def trouble_of(row: Broadcast, now: datetime) -> str:
    """Say in the current language why a scheduled draft was not sent; empty: nothing is wrong with it."""
    if row.schedule_trouble is not None:
        word, values = row.schedule_trouble["text"], row.schedule_trouble["values"]
        return _(word, **values)
    return _(TOO_LATE) if row.send_at is not None and row.send_at < now - LATE else ""


@job("broadcasts.send_due", periodic=EVERY_FIVE_SECONDS)
def send_due() -> None:
    """Send every draft whose moment has come."""
    with transaction(SYSTEM) as tx:
        due = select(Broadcast.id).where(
            Broadcast.send_at <= tx.now, Broadcast.send_at >= tx.now - LATE, Broadcast.schedule_trouble.is_(None)
        )
        ids = tx.session.scalars(due.order_by(Broadcast.send_at)).all()
    for broadcast_id in ids:
        try:
            _send(broadcast_id)
        except RenrakuError as error:
            _note_trouble(broadcast_id, error)
        except Exception as error:  # noqa: BLE001 - it is tried again, and the others have their turn
            logs.fault(error)


def _send(broadcast_id: int) -> None:
    with transaction(SYSTEM) as tx:
        row = tx.get(Broadcast, broadcast_id, lock=True)
        if row is None or not _is_due(row, tx.now) or row.scheduled_by is None:
            return
        actor = actor_for(tx, row.scheduled_by)
        with using_language(actor.language):
            send(tx.by(actor), Send(id=broadcast_id))


def _note_trouble(broadcast_id: int, error: RenrakuError) -> None:
    with transaction(SYSTEM) as tx:
        row = tx.get(Broadcast, broadcast_id, lock=True)
        if row is not None and _is_due(row, tx.now):
            values = {name: str(value) for name, value in error.values.items()}
            row.schedule_trouble = {"text": error.message, "values": values}
            tx.session.flush()


def _is_due(row: Broadcast, now: datetime) -> bool:
    return row.send_at is not None and row.schedule_trouble is None and now - LATE <= row.send_at <= now
