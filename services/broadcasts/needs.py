"""What of the broadcasts needs somebody: unanswered ones, mails that failed, a sending that stands still."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, cast, func, select

from core.actor import Reach
from core.i18n import N_, _
from core.needs import Need, Urgency, needs
from core.shown import moment as shown_moment
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.delivery import DeliveryState, Mailing, MailingState
from data.models.people import Department
from data.models.replies import TotalKind
from services.access import departments_within
from services.broadcasts.monitor import monitor
from services.broadcasts.scheduling import trouble_of
from services.broadcasts.show import show
from services.broadcasts.sight import seen, steered
from services.broadcasts.totals import REPLY_COUNT

MOST = 5
REMEMBERED = timedelta(days=14)
"""A broadcast that nobody closes stops asking for attention after this."""


@needs(monitor)
def unanswered(tx: Transaction, reach: Reach) -> list[Need]:
    """Name the running broadcasts with people who have not answered, the latest first.

    People are counted in the departments of the moment of sending, from the totals that are kept with every reply.
    """
    left = _left(reach)
    running = (
        select(Broadcast.id, Broadcast.title, Broadcast.kind, left.c.people)
        .join(left, left.c.broadcast_id == Broadcast.id)
        .where(*_running(tx), func.jsonb_array_length(Broadcast.questions) > 0, left.c.people > 0)
        .where(seen(reach, tx.actor))
    )
    return [
        Need(
            text=_(N_("“{title}”: not answered yet"), title=row.title), count=row.people,
            amount=_(N_("{count} people"), count=f"{row.people:,}"),
            urgency=Urgency.NOW if row.kind is BroadcastKind.AUTOMATIC else Urgency.TODAY,
            page="broadcasts/monitor.py", values={"id": row.id},
        )
        for row in tx.execute(_latest(running))
    ]  # fmt: skip


@needs(show)
def in_trouble(tx: Transaction, reach: Reach) -> list[Need]:
    """Name the broadcasts that the actor steers of which mails failed, or whose provider takes nothing now.

    That a contact check finds addresses that fail is what it is for: the room of the contact network tells of it.
    """
    failed = cast(func.coalesce(func.sum(Mailing.failed), 0), BigInteger)
    stuck = func.count().filter(Mailing.state == MailingState.SENDING, Mailing.trouble.is_not(None))
    found = (
        select(Broadcast.id, Broadcast.title, Broadcast.kind, failed.label("failed"), stuck.label("stuck"))
        .join(Mailing, Mailing.broadcast_id == Broadcast.id)
        .where(*_running(tx), steered(reach, tx.actor))
        .group_by(Broadcast.id)
        .having(and_(failed > 0, Broadcast.kind != BroadcastKind.CONTACT_CHECK) | (stuck > 0))
    )
    rows = tx.execute(_latest(found)).all()
    standing = [
        Need(
            text=_(N_("“{title}”: the mail server takes nothing at the moment"), title=row.title), count=row.stuck,
            amount=_(N_("{count} mailings"), count=f"{row.stuck:,}"), urgency=Urgency.NOW,
            page="broadcasts/show.py", values={"id": row.id},
        )
        for row in rows if row.stuck
    ]  # fmt: skip
    mails = [
        Need(
            text=_(N_("“{title}”: mails that failed"), title=row.title), count=row.failed,
            amount=_(N_("{count} mails"), count=f"{row.failed:,}"), urgency=Urgency.TODAY,
            page="broadcasts/show.py", values={"id": row.id, "ledger-state": DeliveryState.FAILED.value},
        )
        for row in rows if row.failed and row.kind is not BroadcastKind.CONTACT_CHECK
    ]  # fmt: skip
    return standing + mails


@needs(show)
def planned(tx: Transaction, reach: Reach) -> list[Need]:
    """Name the drafts that the actor steers with a moment to be sent, and those that were not sent at theirs."""
    found = select(Broadcast).where(Broadcast.send_at.is_not(None), steered(reach, tx.actor))
    return [_planned(row, tx.now) for row in tx.session.scalars(found.order_by(Broadcast.send_at).limit(MOST))]


def _planned(row: Broadcast, now: datetime) -> Need:
    why = trouble_of(row, now)
    title, moment = row.title, shown_moment(row.send_at)
    text = (
        _(N_("“{title}” was not sent at {moment}: {why}"), title=title, moment=moment, why=why)
        if why else _(N_("“{title}” will be sent at {moment}"), title=title, moment=moment)
    )  # fmt: skip
    return Need(
        text=text, count=1, amount="", urgency=Urgency.NOW if why else Urgency.LATER, page="broadcasts/new.py",
        values={"id": row.id},
    )  # fmt: skip


def _running(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    states = [BroadcastState.SENDING, BroadcastState.OPEN]
    return Broadcast.state.in_(states), Broadcast.sent_at > tx.now - REMEMBERED


def _latest(statement: Any) -> Select[Any]:
    ordered: Select[Any] = statement.order_by(Broadcast.sent_at.desc(), Broadcast.id.desc()).limit(MOST)
    return ordered


def _left(reach: Reach) -> Subquery:
    people = cast(func.sum(REPLY_COUNT.c.asked - REPLY_COUNT.c.answered), BigInteger).label("people")
    counted = select(REPLY_COUNT.c.broadcast_id, people).where(REPLY_COUNT.c.kind == TotalKind.DEPARTMENT.value)
    if not reach.whole:
        within = select(cast(Department.id, REPLY_COUNT.c.key.type)).where(departments_within(reach))
        counted = counted.where(REPLY_COUNT.c.key.in_(within))
    return counted.group_by(REPLY_COUNT.c.broadcast_id).subquery()
