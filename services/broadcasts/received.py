"""What was sent to oneself (受信したメッセージ): for the own page, the newest first, with the link to answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, and_, bindparam, select

from core.actor import Actor
from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.paging import KeptList, Page, PageAsk, fetch_page
from core.settings import settings
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, Recipient
from data.models.delivery import Channel, Delivery, DeliveryState, Mailing
from services import delivery
from services.broadcasts.asked import answerable
from services.broadcasts.people import shown_address


class ReceivedAsk(PageAsk):
    """Which of the messages to oneself: all of them, in pages."""

    sort: str = field(N_("Order"), default="-sent", hidden=True)
    size: int = field(N_("Rows"), default=20, ge=1, le=500, hidden=True)


class ReceivedRow(Row):
    """A message to oneself: one broadcast by one way. ``answer_url`` is empty where no answer is taken any more.

    ``answered_at`` is when oneself answered the broadcast last, by whichever message.
    """

    id: int
    title: str
    kind: BroadcastKind
    reminder: bool
    sent_at: datetime
    channel: Channel
    address: str
    state: DeliveryState
    reason: str
    answered_at: datetime | None
    answer_url: str


_TO_PERSON = (
    select(
        Delivery.id, Delivery.channel, Delivery.address, Delivery.state, Delivery.reason, Mailing.reminder,
        Mailing.created_at, Broadcast.title, Broadcast.kind, Recipient.latest_at,
        answerable(bindparam("now", type_=DateTime(timezone=True))).label("answerable"),
    )
    .join(Mailing, Mailing.id == Delivery.mailing_id)
    .join(Broadcast, Broadcast.id == Mailing.broadcast_id)
    .outerjoin(Recipient, and_(Recipient.broadcast_id == Broadcast.id, Recipient.person_id == Delivery.person_id))
    .where(Delivery.person_id == bindparam("person"))
)  # fmt: skip
_LIST = KeptList(_TO_PERSON)


@query("broadcasts.received", N_("See the messages to oneself"), own=True)
def received(tx: Transaction, ask: ReceivedAsk) -> Page[ReceivedRow]:
    """Return a page of what was sent to the asker, the newest first, with what became of it.

    The link to answer is for the person only: who looks as somebody else, or comes by a key, does not get it.
    """
    themselves = tx.actor.looker is None and tx.actor.via is None
    # The asker may have no permission at all, and so see no answers in the database (0020): these are their own.
    reader = tx.by(Actor.system("broadcasts.received"))
    values = {"person": tx.actor.person_id, "now": tx.now}
    return fetch_page(
        reader, _LIST, ask, orders={"sent": (Delivery.id,)}, make=lambda row: _made(row, themselves), values=values
    )


def _made(row: Any, themselves: bool) -> ReceivedRow:
    link = f"{settings().base_url}/r/{delivery.sign(row.id)}" if themselves and row.answerable else ""
    return ReceivedRow(
        id=row.id, title=row.title, kind=row.kind, reminder=row.reminder, sent_at=row.created_at,
        channel=Channel(row.channel), address=shown_address(row.channel, row.address), state=row.state,
        reason=delivery.reason_text(row.reason), answered_at=row.latest_at, answer_url=link,
    )  # fmt: skip
