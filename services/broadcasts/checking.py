"""Opening a contact check (連絡先の確認通知, D09): a broadcast without questions to chosen addresses."""

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import insert

from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.people import ContactPoint
from services import delivery
from services.broadcasts.audience import Selection
from services.broadcasts.opening import freeze
from services.events import BroadcastOpened


def open_check(
    tx: Transaction, *, title: str, subject: str, body: str, introduction: str, points: Select[int], cause: str
) -> int | None:
    """Ask by mail whether these contact points work; return the broadcast's id, None if there are none of them.

    ``cause`` is unique: opening it again returns the broadcast that is there and sends nothing.
    """
    if not tx.scalar(select(exists(points))):
        return None
    made: int | None = tx.scalar(
        insert(Broadcast)
        .values(
            kind=BroadcastKind.CONTACT_CHECK, state=BroadcastState.SENDING, title=title, subject=subject, body=body,
            introduction=introduction, questions=[], audience=Selection(everybody=True).model_dump(), cause=cause,
            created_by=tx.actor.account_id, created_at=tx.now, sent_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=[Broadcast.cause])
        .returning(Broadcast.id)
    )  # fmt: skip
    if made is None:
        there: int = tx.scalar(select(Broadcast.id).where(Broadcast.cause == cause))
        return there
    broadcast = tx.get(Broadcast, made, lock=True)
    assert broadcast is not None  # it was made in this transaction
    people = select(ContactPoint.person_id).where(ContactPoint.id.in_(points)).distinct()
    freeze(tx, broadcast, people)
    delivery.open_mailing(
        tx, made, title=title, subject=subject, body=body, reminder=False, people=people, points=points
    )  # fmt: skip
    tx.tell(BroadcastOpened(made, broadcast.kind.value, broadcast.asked))
    return made
