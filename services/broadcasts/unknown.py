"""Sending again what may have been sent (不明の再送信): for a person to decide, where a broadcast leaves it."""

from core.errors import Refused
from core.i18n import N_
from core.operations import operation
from core.transaction import Transaction
from data.models.broadcasts import BroadcastState
from services import delivery
from services.broadcasts.drafts import BroadcastRow
from services.broadcasts.sending import Which
from services.broadcasts.sight import get_steered, require_steered


@operation("broadcasts.send_unknown", N_("Send again what may not have been sent"), touches="broadcast")
def send_unknown(tx: Transaction, ask: Which) -> BroadcastRow:
    """Send everything again of which nobody knows whether it was sent (不明の再送信); some may get it twice.

    Raises:
        NotFound: when it does not exist or the actor may not steer it.
        Refused: when it is a draft, stopped or closed, or nothing is unknown.
    """
    require_steered(tx, ask.id, send_unknown.reach(tx))
    count = delivery.send_unknown_again(tx, ask.id)  # mailing before broadcast, as a mailing that finishes locks them
    row = get_steered(tx, ask.id, send_unknown.reach(tx))
    if row.state not in {BroadcastState.SENDING, BroadcastState.OPEN}:
        raise Refused(N_("“{title}” is not being sent: it was stopped, closed, or never sent."), title=row.title)
    if not count:
        raise Refused(N_("Of everything in “{title}” it is known whether it was sent."), title=row.title)
    tx.note(f"broadcast:{row.id}", None, {"sent_again": count})
    row.state = BroadcastState.SENDING
    tx.session.flush()
    return BroadcastRow.model_validate(row)
