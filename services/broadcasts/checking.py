"""Opening a contact check (連絡先の確認通知, D09): a broadcast without questions, to addresses."""

from datetime import datetime

from sqlalchemy import Select, exists, select

from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind
from services.broadcasts.audience import Selection
from services.broadcasts.opening import freeze, insert_once, send_round
from services.events import BroadcastOpened


def open_check(
    tx: Transaction,
    *,
    title: str,
    subject: str,
    body: str,
    introduction: str,
    people: Select[int],
    unproved_since: datetime | None,
    cause: str,
) -> int | None:
    """Ask people by mail whether their addresses work; return the broadcast's id, None if there is nobody to ask.

    ``unproved_since``: only addresses that nobody has shown to work since then. ``cause`` is unique: opening it again
    returns the broadcast that is there and sends nothing.
    """
    if not tx.scalar(select(exists(people))):
        return None
    made, is_new = insert_once(
        tx, cause, kind=BroadcastKind.CONTACT_CHECK, title=title, subject=subject, body=body, introduction=introduction,
        questions=[], audience=Selection(everybody=True).model_dump(),
    )  # fmt: skip
    if not is_new:
        return made
    broadcast = tx.get(Broadcast, made, lock=True)
    assert broadcast is not None  # it was made in this transaction
    freeze(tx, broadcast, people)
    send_round(tx, broadcast, unproved_since=unproved_since)
    tx.tell(BroadcastOpened(made, broadcast.kind.value, broadcast.asked))
    return made
