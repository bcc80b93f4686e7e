"""The contact checks that were sent, each with what became of it (確認通知の結果, D09)."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, cast, func, select

from core.actor import Reach
from core.i18n import N_, _
from core.inputs import Row, field
from core.needs import Need, Urgency, needs
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.access import Account
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.delivery import DeliveryState, DeliveryTotal, Mailing
from data.models.people import Person

REMEMBERED = timedelta(days=14)
WAITING = (DeliveryState.WAITING, DeliveryState.SENDING)
SENT = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)


class ChecksAsk(PageAsk):
    """Which contact checks: all of them, the latest first."""

    sort: str = field(N_("Order"), default="-sent", hidden=True)


class ContactCheck(Row):
    """A contact check: who began it (empty: it was due), its mails by what became of them."""

    id: int
    sent_at: datetime = field(N_("Sent at"))
    by: str = field(N_("By"))
    state: BroadcastState = field(N_("State"))
    people: int = field(N_("People asked"))
    sent: int = field(N_("Mails sent"))
    confirmed: int = field(N_("Confirmed"))
    failed: int = field(N_("Failed"))
    not_sent: int = field(N_("Not sent"))
    waiting: int = field(N_("Waiting"))


@query("network.contact_checks", N_("See the contact checks that were sent"))
def contact_checks(tx: Transaction, ask: ChecksAsk) -> Page[ContactCheck]:
    """Return a page of the contact checks with their results, the latest first."""
    statement = (
        select(Broadcast.id, Broadcast.sent_at, Broadcast.state, Broadcast.asked, Person.family_name, Person.given_name)
        .outerjoin(Account, Account.id == Broadcast.created_by)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(Broadcast.kind == BroadcastKind.CONTACT_CHECK)
    )
    page = fetch_page(tx, statement, ask, orders={"sent": (Broadcast.created_at, Broadcast.id)}, make=_made)
    became = _became(tx, [one.id for one in page.rows])
    return replace(page, rows=[_with_results(one, became[one.id]) for one in page.rows])


@needs(contact_checks)
def failed_in_check(tx: Transaction, reach: Reach) -> list[Need]:
    """Name what the last contact check found, for two weeks."""
    del reach  # addresses are everybody's: whoever may see the checks sees all of them
    last = tx.execute(
        select(Broadcast.id, Broadcast.title)
        .where(Broadcast.kind == BroadcastKind.CONTACT_CHECK, Broadcast.sent_at > tx.now - REMEMBERED)
        .order_by(Broadcast.sent_at.desc(), Broadcast.id.desc())
        .limit(1)
    ).first()
    failed = _became(tx, [last.id])[last.id][DeliveryState.FAILED] if last else 0
    if not last or not failed:
        return []
    return [
        Need(
            text=_(N_("“{title}”: addresses that failed"), title=last.title), count=failed,
            amount=_(N_("{count} mails"), count=f"{failed:,}"), urgency=Urgency.LATER,
            page="network/contact_check.py",
        )
    ]  # fmt: skip


def _became(tx: Transaction, ids: Collection[int]) -> dict[int, Counter[DeliveryState]]:
    count = cast(func.sum(DeliveryTotal.count), BigInteger)
    rows = tx.execute(
        select(Mailing.broadcast_id, DeliveryTotal.state, count)
        .join(Mailing, Mailing.id == DeliveryTotal.mailing_id)
        .where(Mailing.broadcast_id.in_(ids))
        .group_by(Mailing.broadcast_id, DeliveryTotal.state)
    )
    found: dict[int, Counter[DeliveryState]] = defaultdict(Counter)
    for broadcast_id, state, mails in rows:
        found[broadcast_id][state] += mails
    return found


def _made(row: Any) -> ContactCheck:
    by = f"{row.family_name or ''} {row.given_name or ''}".strip()
    nothing = dict.fromkeys(("sent", "confirmed", "failed", "not_sent", "waiting"), 0)
    return ContactCheck(id=row.id, sent_at=row.sent_at, by=by, state=row.state, people=row.asked, **nothing)


def _with_results(one: ContactCheck, became: Counter[DeliveryState]) -> ContactCheck:
    return one.model_copy(
        update={
            "sent": sum(became[state] for state in SENT), "confirmed": became[DeliveryState.DELIVERED],
            "failed": became[DeliveryState.FAILED], "not_sent": became[DeliveryState.NOT_SENT],
            "waiting": sum(became[state] for state in WAITING),
        }
    )  # fmt: skip
