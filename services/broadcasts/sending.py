"""Sending and steering (一斉送信, D13): send, stop, go on, close, remind.

States: draft → sending → open → closed; a person may stop while sending, and go on.
"""

from collections.abc import Callable

from sqlalchemy import select, update

from core.actor import Reach
from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, field
from core.operations import operation
from core.transaction import Transaction, listens
from data.models.broadcasts import Broadcast, BroadcastState
from data.models.delivery import Mailing, MailingState
from services import delivery
from services.access import people_within
from services.broadcasts.audience import Selection, audience_of
from services.broadcasts.drafts import BroadcastRow, require_draft
from services.broadcasts.marks import mark_all
from services.broadcasts.opening import LINK, freeze, send_round
from services.broadcasts.reminding import remind_silent
from services.broadcasts.sight import get_seen_locked, get_steered, over, require_steered, require_version
from services.broadcasts.slots import next_slot
from services.events import BroadcastClosed, BroadcastOpened, MailingFinished


class Send(Input):
    """Which draft to send, and the version of it that was checked."""

    id: int = field(N_("Broadcast"), hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)


class Which(Input):
    """Which broadcast."""

    id: int = field(N_("Broadcast"), hidden=True)


@operation("broadcasts.send", N_("Send broadcasts"), touches="broadcast")
def send(tx: Transaction, ask: Send) -> BroadcastRow:
    """Freeze the audience and begin to send (送信開始). A second click finds it sent already and is refused.

    Raises:
        NotFound: when the draft is gone, or somebody else's.
        Conflict: when it was changed after it was checked.
        Refused: when it was already sent, asks nobody, or nobody could answer.
    """
    row = get_steered(tx, ask.id, send.reach(tx))
    require_draft(row)
    require_version(row.version, ask.version)
    require_sendable(row)
    row.state, row.sent_at, row.version = BroadcastState.SENDING, tx.now, row.version + 1
    row.send_at = row.schedule_trouble = None
    selection = Selection.model_validate(row.audience)
    if not freeze(tx, row, audience_of(row, over(send.reach(tx), row, tx.actor), tx.actor), selection.areas):
        raise Refused(N_("Nobody would be asked: the recipients you chose hold no active person within your reach."))
    mark_all(row)
    row.remind_at = next_slot(row, tx.now)
    send_round(tx, row)
    if row.corrects_id is not None:
        tx.execute(
            update(Broadcast)
            .where(Broadcast.id == row.corrects_id)
            .values(corrected_at=tx.now, version=Broadcast.version + 1)
        )
    tx.note(f"broadcast:{row.id}", BroadcastState.DRAFT, BroadcastState.SENDING)
    tx.tell(BroadcastOpened(row.id, row.kind.value, row.asked))
    return BroadcastRow.model_validate(row)


@operation("broadcasts.stop", N_("Stop broadcasts"), touches="broadcast")
def stop(tx: Transaction, ask: Which) -> BroadcastRow:
    """Stop what is being sent (送信停止). What has gone out stays; nobody is asked twice when it goes on.

    Raises:
        NotFound: when it does not exist or the actor may not steer it.
        Refused: when it is not being sent.
    """
    row = _with_mailings(tx, ask.id, stop.reach(tx), delivery.stop)
    if row.state is not BroadcastState.SENDING:
        raise Refused(N_("“{title}” is not being sent at the moment; there is nothing to stop."), title=row.title)
    return _moved(tx, row, BroadcastState.STOPPED)


@operation("broadcasts.resume", N_("Go on with stopped broadcasts"), touches="broadcast")
def resume(tx: Transaction, ask: Which) -> BroadcastRow:
    """Go on with a broadcast that was stopped (送信再開).

    Raises:
        NotFound: when it does not exist or the actor may not steer it.
        Refused: when it was not stopped.
    """
    row = _with_mailings(tx, ask.id, resume.reach(tx), delivery.resume)
    if row.state is not BroadcastState.STOPPED:
        raise Refused(N_("“{title}” was not stopped; there is nothing to go on with."), title=row.title)
    return _moved(tx, row, BroadcastState.SENDING)


@operation("broadcasts.close", N_("Close broadcasts"), touches="broadcast")
def close(tx: Transaction, ask: Which) -> BroadcastRow:
    """Close a broadcast (終了): no answer is taken any more, and what still waits is not sent.

    Raises:
        NotFound: when it does not exist or the actor may not steer it.
        Refused: when it is a draft, or closed already.
    """
    row = _with_mailings(tx, ask.id, close.reach(tx), delivery.close)
    if row.state is BroadcastState.DRAFT:
        raise Refused(N_("“{title}” was never sent. Discard the draft instead."), title=row.title)
    if row.state is BroadcastState.CLOSED:
        raise Refused(N_("“{title}” is closed already."), title=row.title)
    row.closed_at, row.remind_at = tx.now, None
    closed = _moved(tx, row, BroadcastState.CLOSED)
    tx.tell(BroadcastClosed(row.id, row.kind.value))
    return closed


@operation("broadcasts.remind", N_("Remind those who have not answered"), touches="broadcast")
def remind(tx: Transaction, ask: Which) -> BroadcastRow:
    """Send once more to those within reach who have not answered (再送, D14).

    Raises:
        NotFound: when it does not exist or asked nobody within reach.
        Refused: when it is being sent, stopped or closed, or everybody has answered.
    """
    row = get_seen_locked(tx, ask.id, remind.reach(tx))
    _require_open(row)
    reach = over(remind.reach(tx), row, tx.actor)
    count = remind_silent(tx, row, people_within(reach, tx.actor))
    if not count:
        raise Refused(N_("Everybody within your reach has answered; nobody needs a reminder."))
    tx.note(f"broadcast:{row.id}", None, {"reminded": count})
    return BroadcastRow.model_validate(row)


@listens(MailingFinished)
def open_when_finished(tx: Transaction, event: MailingFinished) -> None:
    """Once nothing is being sent any more, a broadcast is open: only answers still come."""
    tx.session.flush()
    row = tx.get(Broadcast, event.broadcast_id, lock=True)
    if row is None or row.state is not BroadcastState.SENDING:
        return
    unfinished = select(Mailing.id).where(Mailing.broadcast_id == row.id, Mailing.state != MailingState.FINISHED)
    if tx.scalar(unfinished.limit(1)) is None:
        row.state = BroadcastState.OPEN
        tx.session.flush()


def require_sendable(row: Broadcast) -> None:
    """Raise Refused, with what to do, unless a draft is complete."""
    if row.corrects_id is None and Selection.model_validate(row.audience).is_empty:
        raise Refused(N_("Choose recipients first."))
    if row.questions and not all(LINK in body for body in (row.body, row.body_en) if body):
        raise Refused(N_("The text has no {link}: nobody could answer the questions. Put it in."), link=LINK)


def _with_mailings(
    tx: Transaction, broadcast_id: int, reach: Reach, change: Callable[[Transaction, int], int]
) -> Broadcast:
    """Change the mailings of a broadcast that the actor may steer (else NotFound) and return it, locked."""
    require_steered(tx, broadcast_id, reach)
    change(tx, broadcast_id)  # mailing before broadcast, as a mailing that finishes locks them
    return get_steered(tx, broadcast_id, reach)


def _require_open(row: Broadcast) -> None:
    match row.state:
        case BroadcastState.OPEN:
            return
        case BroadcastState.CLOSED:
            raise Refused(N_("“{title}” is closed. Send a new broadcast instead."), title=row.title)
        case BroadcastState.DRAFT:
            raise Refused(N_("“{title}” was not sent yet."), title=row.title)
        case _:
            raise Refused(N_("“{title}” is still being sent. Remind when that is done."), title=row.title)


def _moved(tx: Transaction, row: Broadcast, state: BroadcastState) -> BroadcastRow:
    tx.note(f"broadcast:{row.id}", row.state, state)
    row.state, row.version = state, row.version + 1
    tx.session.flush()
    return BroadcastRow.model_validate(row)
