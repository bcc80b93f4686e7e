"""The delivery ledger (送信台帳, N03): open a mailing, stop it, go on, close it, count it.

Plain functions for the rooms above; they take the caller's transaction, and nothing here runs once a person.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Select, case, func, insert, literal, select, update
from sqlalchemy import cast as sql_cast

from core import progress
from core.inputs import Row
from core.transaction import Transaction
from data.models.delivery import (
    Channel,
    Chunk,
    ChunkState,
    Delivery,
    DeliveryState,
    Mailing,
    MailingState,
)
from data.models.setup import Organisation
from services.delivery.carriers import switched_off
from services.delivery.far import MAILING
from services.delivery.fields import check_fields
from services.delivery.plan import MAIL_ONLY, planned
from services.delivery.reasons import Reason
from services.delivery.receipts.taking import COMPLAINT
from services.delivery.sender import current_sender
from services.delivery.sending import enqueue_senders
from services.delivery.totals import totals

CHUNK_ROWS = {Channel.MAIL: 1_000, Channel.LINE: 500, Channel.APP: 200, Channel.SMS: 100}
"""How many deliveries one worker leases at a time."""

OPEN_STATES = (DeliveryState.WAITING, DeliveryState.SENDING)


def open_mailing(
    tx: Transaction,
    broadcast_id: int,
    *,
    title: str,
    subject: str,
    body: str,
    reminder: bool,
    people: Select[int],
    channels: Sequence[Channel] = MAIL_ONLY,
    otherwise: Sequence[Channel] = (),
    short_text: str = "",
    versions: Mapping[str, Mapping[str, str]] | None = None,
    again: bool = True,
    urgent: bool = True,
    to_come: int = 0,
    unproved_since: datetime | None = None,
) -> int:
    """Freeze who gets what, and queue the sending; returns the mailing's id.

    ``people`` selects person ids, each once; ``title`` is what the field ``{title}`` says. They are reached by every
    one of ``channels``; whom none of these reaches, by the first of ``otherwise`` that does. ``short_text`` is what
    SMS, LINE and the app say before the link; empty: the subject. ``versions``: by language, ``subject``, ``body`` and
    ``title`` for those who read that one. ``again``: what may have been sent when a worker died is sent again;
    ``urgent``: it may use the share of a provider's pace that is kept free. ``to_come`` people more are added by
    ``add_people``. ``unproved_since``: it goes to no address that somebody has shown to work since then. The caller
    holds the broadcast's row locked: rounds are numbered one after the other.

    Raises:
        Refused: when subject or body name a field that does not exist.
    """
    others = {language: dict(texts) for language, texts in (versions or {}).items()}
    check_fields(tx, subject, body, short_text, *[text for texts in others.values() for text in texts.values()])
    mailing = Mailing(
        broadcast_id=broadcast_id,
        round=tx.scalar(select(func.count()).select_from(Mailing).where(Mailing.broadcast_id == broadcast_id)),
        reminder=reminder,
        subject=subject,
        body=body,
        short_text=short_text,
        versions=others,
        channels=[Channel(one).value for one in channels],
        otherwise=[Channel(one).value for one in otherwise],
        again=again,
        urgent=urgent,
        to_come=to_come,
        unproved_since=unproved_since,
        constants=_constants(tx, title),
        created_at=tx.now,
    )
    tx.add(mailing)
    _freeze(tx, mailing, people)
    progress.begin(tx, MAILING, subject=f"mailing:{mailing.id}", running=True)
    enqueue_senders(tx, [mailing.id])
    return mailing.id


def add_people(tx: Transaction, mailing_id: int, people: Select[int], count: int) -> None:
    """Add the next ``count`` people of those who were still to come.

    Of a mailing that was closed meanwhile they stand in the ledger as not sent.
    """
    mailing = tx.get(Mailing, mailing_id, lock=True)
    if mailing is None:
        return
    mailing.to_come = max(mailing.to_come - count, 0)
    tx.session.flush()
    _freeze(tx, mailing, people)
    if mailing.state is MailingState.SENDING:
        enqueue_senders(tx, [mailing_id])
    elif mailing.state is MailingState.FINISHED:
        _close(tx, [mailing_id])


def _constants(tx: Transaction, title: str) -> dict[str, str]:
    organisation: str | None = tx.scalar(select(Organisation.name))
    domain = current_sender(tx).address.rpartition("@")[2]
    return {"title": title, "organisation": organisation or "", "domain": domain}


def _freeze(tx: Transaction, mailing: Mailing, people: Select[int]) -> None:
    channels, otherwise = [Channel(one) for one in mailing.channels], [Channel(one) for one in mailing.otherwise]
    off = switched_off(tx, [*channels, *otherwise])
    plan = planned(people, channels, otherwise, off, mailing.unproved_since).subquery("plan")
    # Rows of one channel get ids in a row, so that a chunk, which is a range of ids, is of one channel.
    by_channel = [plan.c.channel] if len(channels) + len(otherwise) > 1 else []
    in_order = [*by_channel, plan.c.person_id, plan.c.contact_point_id]
    frozen = (
        insert(Delivery)
        .from_select(
            ["mailing_id", "person_id", "contact_point_id", "channel", "address", "private", "state", "reason",
             "updated_at"],
            select(
                literal(mailing.id), plan.c.person_id, plan.c.contact_point_id, plan.c.channel, plan.c.address,
                plan.c.private, plan.c.state, plan.c.reason, literal(tx.now),
            ).order_by(*in_order),
        )
        .returning(Delivery.id, Delivery.channel, Delivery.state)
        .cte("frozen")
    )  # fmt: skip
    size = case(*[(frozen.c.channel == channel.value, rows) for channel, rows in CHUNK_ROWS.items()])
    number = (func.row_number().over(partition_by=frozen.c.channel, order_by=frozen.c.id) - 1) // size
    parts = (
        select(frozen.c.id, frozen.c.channel, sql_cast(number, BigInteger).label("part"))
        .where(frozen.c.state == DeliveryState.WAITING)
        .subquery("parts")
    )
    ranges = select(
        literal(mailing.id), parts.c.channel, func.min(parts.c.id), func.max(parts.c.id),
        literal(ChunkState.WAITING.value), literal(0),
    ).group_by(parts.c.channel, parts.c.part)  # fmt: skip
    tx.execute(insert(Chunk).from_select(["mailing_id", "channel", "low", "high", "state", "passes"], ranges))


def stop(tx: Transaction, broadcast_id: int) -> int:
    """Stop what is being sent for a broadcast; workers put it down within a batch. Returns how many mailings."""
    return _move(tx, broadcast_id, MailingState.SENDING, MailingState.STOPPED)


def resume(tx: Transaction, broadcast_id: int) -> int:
    """Go on with what was stopped; nobody is asked twice. Returns how many mailings."""
    moved = _move(tx, broadcast_id, MailingState.STOPPED, MailingState.SENDING)
    sending = select(Mailing.id).where(Mailing.broadcast_id == broadcast_id, Mailing.state == MailingState.SENDING)
    enqueue_senders(tx, tx.session.scalars(sending).all())
    return moved


def _move(tx: Transaction, broadcast_id: int, before: MailingState, after: MailingState) -> int:
    return tx.changed_rows(
        update(Mailing)
        .where(Mailing.broadcast_id == broadcast_id, Mailing.state == before)
        .values(state=after, trouble=None, retry_at=None, pauses=0, resting={})
    )


def close(tx: Transaction, broadcast_id: int) -> int:
    """End every mailing of a broadcast: what still waits is not sent. Returns how many deliveries that were.

    What a provider accepts in this very moment is still recorded as accepted.
    """
    # Locks are taken in one order, here as in the sending: mailing, chunk, delivery. So nobody waits in a ring.
    of_broadcast = select(Mailing.id).where(
        Mailing.broadcast_id == broadcast_id, Mailing.state != MailingState.FINISHED
    )
    ids = tx.session.scalars(of_broadcast.order_by(Mailing.id).with_for_update()).all()
    tx.execute(
        update(Mailing)
        .where(Mailing.id.in_(ids))
        .values(state=MailingState.FINISHED, finished_at=tx.now, trouble=None, retry_at=None, resting={})
    )
    progress.finish_about(tx, [f"mailing:{one}" for one in ids])
    return _close(tx, ids)


def _close(tx: Transaction, ids: Sequence[int]) -> int:
    tx.execute(
        update(Chunk)
        .where(Chunk.mailing_id.in_(ids), Chunk.state != ChunkState.DONE)
        .values(state=ChunkState.DONE, owner=None, lease_until=None)
    )
    return tx.changed_rows(
        update(Delivery)
        .where(Delivery.mailing_id.in_(ids), Delivery.state.in_(OPEN_STATES))
        .values(state=DeliveryState.NOT_SENT, reason=Reason.CLOSED, updated_at=tx.now)
    )


def arrived(tx: Transaction, delivery_ids: Sequence[int]) -> None:
    """Note that mails reached their people: somebody answered by the link in them (到達)."""
    tx.plain(ARRIVED, {"ids": list(delivery_ids), "now": tx.now, "unwanted": COMPLAINT})


# Rows are locked in the order of their ids, as the sending does: so the two never wait for each other in a ring. Who
# reported our mail as spam and answers gets no more of it all the same.
ARRIVED = """
    WITH arrived AS (
        UPDATE delivery SET state = 'delivered', receipt = 'answered', reason = NULL, permanent = NULL,
                            updated_at = %(now)s
        WHERE id IN (SELECT id FROM delivery WHERE id = ANY(%(ids)s) AND receipt IS DISTINCT FROM 'answered'
                     ORDER BY id FOR UPDATE)
    )
    UPDATE contact_point SET state = 'works', reason = NULL
    WHERE id IN (SELECT id FROM contact_point
                 WHERE id IN (SELECT contact_point_id FROM delivery WHERE id = ANY(%(ids)s)) AND state <> 'works'
                   AND reason IS DISTINCT FROM %(unwanted)s
                 ORDER BY id FOR UPDATE)
"""


class Round(Row):
    """One mailing of a broadcast with its deliveries by state; ``trouble`` is the word of a provider that is down."""

    mailing_id: int
    round: int
    reminder: bool
    state: MailingState
    created_at: datetime
    finished_at: datetime | None
    trouble: str | None
    retry_at: datetime | None
    to_come: int
    counts: dict[DeliveryState, int]
    channels: dict[str, dict[DeliveryState, int]]

    @property
    def total(self) -> int:
        """Return how many deliveries there are, or will be: those to come count as one each."""
        return sum(self.counts.values()) + self.to_come

    @property
    def left(self) -> int:
        """Return how many are still to come, waiting or being sent."""
        return sum(self.counts.get(state, 0) for state in OPEN_STATES) + self.to_come


def counts(tx: Transaction, broadcast_id: int) -> list[Round]:
    """Return the mailings of a broadcast, first round first."""
    by_mailing: dict[int, Counter[DeliveryState]] = defaultdict(Counter)
    by_channel: dict[int, dict[str, dict[DeliveryState, int]]] = defaultdict(lambda: defaultdict(dict))
    for mailing_id, channel, state, count in totals(tx, Mailing.broadcast_id == broadcast_id):
        by_mailing[mailing_id][state] += count
        by_channel[mailing_id][channel][state] = count
    mailings = tx.session.scalars(select(Mailing).where(Mailing.broadcast_id == broadcast_id).order_by(Mailing.round))
    return [
        Round(
            mailing_id=one.id, round=one.round, reminder=one.reminder, state=one.state, created_at=one.created_at,
            finished_at=one.finished_at, trouble=one.trouble, retry_at=one.retry_at, counts=by_mailing[one.id],
            channels=by_channel[one.id], to_come=one.to_come,
        )
        for one in mailings
    ]  # fmt: skip
