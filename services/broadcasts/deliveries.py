"""The delivery ledger of a broadcast, line by line (送信状況一覧, D13)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.broadcasts import Recipient
from data.models.delivery import Channel, Delivery, DeliveryState, Mailing
from data.models.people import Department, Person
from services import delivery
from services.access import called, people_within
from services.broadcasts.people import shown_address
from services.broadcasts.sight import get_seen


class DeliveriesAsk(PageAsk):
    """Which lines of the ledger of one broadcast."""

    broadcast_id: int = field(N_("Broadcast"), hidden=True)
    text: str = field(N_("Name, kana or code"), default="", max_length=100, personal=True)
    state: DeliveryState | None = field(N_("State"), default=None)


class DeliveryLine(Row):
    """One person × contact point: what was tried and what came of it; ``round`` 1 is the first sending."""

    id: int
    person_id: int
    code: str = field(N_("Code"))
    name: str = field(N_("Name"))
    department: str = field(N_("Department"))
    channel: Channel = field(N_("Channel"))
    address: str = field(N_("Sent to"))
    state: DeliveryState = field(N_("State"))
    reason: str = field(N_("Reason"))
    round: int = field(N_("Round"))
    reminder: bool = field(N_("Reminder"))
    updated_at: datetime = field(N_("Changed at"))


@query("broadcasts.deliveries", N_("See deliveries"))
def deliveries(tx: Transaction, ask: DeliveriesAsk) -> Page[DeliveryLine]:
    """Return a page of the ledger within reach, with the provider's word or why nothing was sent.

    Raises:
        NotFound: when the broadcast does not exist or asked nobody within reach.
    """
    reach = deliveries.reach(tx)
    broadcast = get_seen(tx, ask.broadcast_id, reach)
    mailings = select(Mailing.id).where(Mailing.broadcast_id == broadcast.id)
    statement = (
        select(Delivery, Mailing.round, Mailing.reminder, Person, Department.full_name)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Recipient, (Recipient.broadcast_id == broadcast.id) & (Recipient.person_id == Delivery.person_id))
        .outerjoin(Department, Department.id == Recipient.department_id)
        .where(Delivery.mailing_id.in_(mailings), people_within(reach, tx.actor), *called(ask.text))
    )
    if ask.state is not None:
        statement = statement.where(Delivery.state == ask.state)
    # The ledger's own order, which its key already has.
    orders = {"ledger": (Delivery.mailing_id, Delivery.person_id, Delivery.id), "name": (Person.sort_key, Delivery.id)}
    return fetch_page(tx, statement, ask, orders=orders, make=_line)


def _line(row: Any) -> DeliveryLine:
    one = row.Delivery
    address = shown_address(one.channel, one.address, private=one.private)
    reason = delivery.reason_text(one.reason)
    if one.private and one.address:  # mail servers repeat the address in what they say
        reason = reason.replace(one.address, address)
    return DeliveryLine(
        id=one.id, round=row.round + 1, reminder=row.reminder, person_id=one.person_id, code=row.Person.code,
        name=row.Person.name, department=row.full_name or "", channel=Channel(one.channel),
        address=address, state=one.state, reason=reason,
        updated_at=one.updated_at,
    )  # fmt: skip
