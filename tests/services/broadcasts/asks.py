"""What forms of this room send, and ways to bring a broadcast into a state."""

from sqlalchemy import select

from core.clock import now
from core.inputs import Nothing, validated
from data.models.broadcasts import Broadcast, BroadcastState, Recipient
from data.models.delivery import Delivery, Mailing
from data.models.people import ContactKind, ContactPoint
from services import delivery
from services.broadcasts import Draft, Replies, Reply, Send, draft, forms, record_replies, send
from services.events import MailingFinished

QUESTIONS = [
    {"kind": "choice", "label": "無事？", "options": ["無事", "けが"]},
    {"kind": "choices", "label": "要る物", "options": ["水", "毛布", "薬"], "required": False},
    {"kind": "number", "label": "家族", "unit": "人", "required": False},
    {"kind": "text", "label": "一言", "required": False},
]
"""Every kind of question."""


def reachable(tx, person, address=None):
    """Give a person a mail address."""
    value = address or f"p{person.id}@example.jp"
    tx.add(ContactPoint(person_id=person.id, kind=ContactKind.MAIL, value=value))
    return person


def form_named(tx, name):
    """Return a form by name."""
    return next(form for form in forms(tx, Nothing()) if form.name == name)


def drafted(tx, **values):
    """Make a draft to everybody, with what is named changed."""
    ask = {
        "title": "安否確認テスト",
        "subject": "{title}",
        "body": "{name} 様\n{reply_url}",
        "audience": {"everybody": True},
    }
    return draft(tx, validated(Draft, ask | values))


def sent(tx, **values):
    """Make a draft and send it."""
    row = drafted(tx, **values)
    return send(tx, Send(id=row.id, version=row.version))


def opened(tx, **values):
    """Make a draft, send it, and let all its mailings finish without a provider."""
    row = sent(tx, **values)
    finish(tx, row.id)
    return row


def finish(tx, broadcast_id):
    """Let the mailings of a broadcast end as if all had gone out."""
    delivery.close(tx, broadcast_id)
    tx.tell(MailingFinished(broadcast_id))


def recipients(tx, broadcast_id):
    """Return the recipients' person ids."""
    asked = select(Recipient.person_id).where(Recipient.broadcast_id == broadcast_id)
    return set(tx.execute(asked).scalars())


def recipient(tx, broadcast_id, person):
    """Return one recipient as it stands."""
    return tx.session.get(Recipient, (broadcast_id, person.id), populate_existing=True)


def mailings(tx, broadcast_id):
    """Return the mailings of a broadcast by round."""
    rows = tx.execute(select(Mailing).where(Mailing.broadcast_id == broadcast_id).order_by(Mailing.round))
    return list(rows.scalars())


def mailed(tx, mailing):
    """Return who stands in the ledger of a mailing."""
    return set(tx.execute(select(Delivery.person_id).where(Delivery.mailing_id == mailing.id)).scalars())


def state_of(tx, broadcast_id):
    """Return a broadcast's state as it is stored."""
    return BroadcastState(tx.scalar(select(Broadcast.state).where(Broadcast.id == broadcast_id)))


def replied(tx, broadcast_id, person, answer, at=None):
    """Store one answer of a person."""
    reply = Reply(broadcast_id=broadcast_id, person_id=person.id, answer=answer, at=at or now())
    return record_replies(tx, Replies(replies=[reply]))
