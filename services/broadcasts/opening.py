"""Opening a broadcast: the audience is frozen with department and area as they are now, then the mailing begins.

What a person sends and what a telegram opens go the same way from here on.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, except_, func, select
from sqlalchemy.dialects.postgresql import insert as insert_unless

from core.errors import NotFound, Refused
from core.i18n import N_
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, Recipient
from data.models.delivery import Mailing
from data.models.people import Person
from services import delivery
from services.broadcasts.audience import Selection, pending
from services.broadcasts.forms import FormRow, plain
from services.broadcasts.marks import ENGLISH, REMINDER, marked, unmarked
from services.broadcasts.parts import first_part, keep_parts
from services.broadcasts.procedures import at_once, follow, otherwise
from services.broadcasts.slots import next_slot
from services.broadcasts.turns import begin
from services.events import BroadcastOpened

LINK = "{reply_url}"
URGENT = (BroadcastKind.AUTOMATIC, BroadcastKind.MANUAL)
"""These may use the share of a provider's pace that the others leave free."""


def freeze(tx: Transaction, broadcast: Broadcast, people: Select[int], areas: Sequence[str] = ()) -> int:
    """Fix which people are asked who were not asked yet, in one statement, and return how many those are.

    They become recipients with the mailing (``send_round``), a part at a time. ``areas`` are the areas that the
    broadcast is about: a person with several regions is counted in one of them.
    """
    there = select(Person.id).where(Person.id.in_(people), Person.retired_at.is_(None))
    new = not_asked(there, broadcast.id) if broadcast.asked else there
    added = keep_parts(tx, broadcast.id, next_round(tx, broadcast), new, areas, asks=True)
    broadcast.asked += added
    tx.session.flush()
    return added


def not_asked(people: Select[int], broadcast_id: int) -> CompoundSelect[int]:
    """Return the people whom a broadcast has not asked yet: as a set, whatever PostgreSQL knows of the tables.

    NOT IN reads all who were asked for each person where a million ids need more memory than a statement has; NOT
    EXISTS may be planned for a handful of them and does just so.
    """
    asked = select(Recipient.person_id).where(Recipient.broadcast_id == broadcast_id)
    return except_(people, asked, pending(broadcast_id))


def send_round(tx: Transaction, broadcast: Broadcast, *, unproved_since: datetime | None = None) -> int:
    """Open the mailing to the people whom the last ``freeze`` added; return its id.

    ``unproved_since``: not to addresses that somebody has shown to work since then.
    """
    mailing_id = _open_mailing(tx, broadcast, broadcast.subject, unproved_since=unproved_since)
    begin(tx, broadcast, mailing_id)
    return mailing_id


def send_reminder(tx: Transaction, broadcast: Broadcast, people: Select[int], subject: str) -> int:
    """Open a mailing to recipients of a broadcast that this transaction has locked; return how many they are."""
    count = keep_parts(tx, broadcast.id, next_round(tx, broadcast), people, (), asks=False)
    if count:
        _open_mailing(tx, broadcast, subject, reminder=True)
    return count


def send_by(tx: Transaction, broadcast: Broadcast, people: Select[int], channel: delivery.Channel) -> int | None:
    """Open a mailing by one more channel to recipients of a locked broadcast; return its id, None for nobody."""
    if not keep_parts(tx, broadcast.id, next_round(tx, broadcast), people, (), asks=False):
        return None
    return _open_mailing(tx, broadcast, broadcast.subject, channels=(channel,))


def _open_mailing(
    tx: Transaction,
    broadcast: Broadcast,
    subject: str,
    *,
    reminder: bool = False,
    channels: Sequence[delivery.Channel] = (),
    unproved_since: datetime | None = None,
) -> int:
    """Open the mailing of the audience that was kept last.

    It goes by ``channels``; without any by those that its procedure has at once, else by the next that reaches.
    """
    if broadcast.state is not BroadcastState.STOPPED:
        broadcast.state = BroadcastState.SENDING
    tx.session.flush()
    part, to_come = first_part(tx, broadcast.id, next_round(tx, broadcast))
    part.ask(tx)
    mailing_id = delivery.open_mailing(
        tx,
        broadcast.id,
        title=unmarked(broadcast.title),
        subject=subject,
        body=broadcast.body,
        versions=_versions(broadcast, reminder=reminder),
        reminder=reminder,
        people=part.people,
        channels=channels or at_once(broadcast.waits),
        otherwise=() if channels else otherwise(broadcast.waits),
        again=broadcast.again,
        urgent=broadcast.kind in URGENT,
        to_come=to_come,
        unproved_since=unproved_since,
    )
    part.take_off(tx)
    if broadcast.state is BroadcastState.STOPPED:  # a person stopped it: what comes later waits for that person as well
        delivery.stop(tx, broadcast.id)
    return mailing_id


def _versions(row: Broadcast, *, reminder: bool) -> dict[str, dict[str, str]]:
    """Return the words for people whose language is English, if there are any of them."""
    if not row.subject_en and not row.body_en:
        return {}
    subject = row.subject_en or row.subject
    of = ENGLISH if row.subject_en else None
    return {
        ENGLISH: {
            "subject": marked(subject, [REMINDER], of) if reminder else subject,
            "body": row.body_en or row.body,
            "title": unmarked(row.title_en or row.title),
        }
    }


def next_round(tx: Transaction, broadcast: Broadcast) -> int:
    """Return the number of the mailing that will be opened next, counted from 0."""
    rounds: int = tx.scalar(select(func.count()).select_from(Mailing).where(Mailing.broadcast_id == broadcast.id))
    return rounds


def open_automatic(
    tx: Transaction,
    *,
    title: str,
    subject: str,
    body: str,
    form: FormRow,
    person_ids: Select[int],
    cause: str,
    areas: Sequence[str] = (),
    procedure_id: int | None = None,
    title_en: str = "",
    subject_en: str = "",
    body_en: str = "",
) -> int:
    """Open a broadcast that nobody clicked (自動一斉送信, D07) and return its id.

    ``cause`` names what opened it, for instance an earthquake under a rule. It is unique: opening it again, even at the
    same moment from elsewhere, returns the broadcast that is there and sends nothing. A text that lacks the link to
    answer gets it at its end. ``procedure_id`` says by what it goes, one channel after the other; None: by mail.
    """
    broadcast_id, is_new = insert_once(
        tx,
        cause,
        kind=BroadcastKind.AUTOMATIC,
        title=title,
        subject=subject,
        body=_with_link(body),
        introduction=form.introduction,
        title_en=title_en,
        subject_en=subject_en,
        body_en=_with_link(body_en) if body_en else "",
        introduction_en=form.introduction_en,
        form_id=form.id,
        questions=plain(form.questions),
        audience=Selection(areas=list(areas)).model_dump(),
    )
    if not is_new:
        return broadcast_id
    broadcast = _locked(tx, broadcast_id)
    follow(tx, broadcast, procedure_id)
    if freeze(tx, broadcast, person_ids, areas):
        send_round(tx, broadcast)
    else:
        broadcast.state = BroadcastState.OPEN
        tx.session.flush()
    tx.tell(BroadcastOpened(broadcast.id, broadcast.kind.value, broadcast.asked))
    return broadcast.id


def insert_once(tx: Transaction, cause: str, **values: Any) -> tuple[int, bool]:
    """Store a broadcast that begins to be sent unless its cause has opened one; return its id and whether it is new."""
    made: int | None = tx.scalar(
        insert_unless(Broadcast)
        .values(
            state=BroadcastState.SENDING, cause=cause, created_by=tx.actor.account_id, created_at=tx.now,
            sent_at=tx.now, **values,
        )
        .on_conflict_do_nothing(index_elements=[Broadcast.cause])
        .returning(Broadcast.id)
    )  # fmt: skip
    if made is not None:
        return made, True
    there: int = tx.scalar(select(Broadcast.id).where(Broadcast.cause == cause))
    return there, False


def _with_link(body: str) -> str:
    return body if LINK in body else f"{body.rstrip()}\n\n{LINK}\n"


def extend(tx: Transaction, broadcast_id: int, person_ids: Select[int], areas: Sequence[str] = ()) -> int:
    """Ask those of these people who were not asked yet, in a mailing of their own; return how many they are.

    If somebody stopped the broadcast, their mailing waits until it goes on.

    Raises:
        NotFound: when there is no such broadcast.
        Refused: when it is closed: who closed it has to open a new one.
    """
    broadcast = _locked(tx, broadcast_id)
    if broadcast.state in {BroadcastState.DRAFT, BroadcastState.CLOSED}:
        raise Refused(N_("“{title}” is closed; nobody else is asked. Send a new broadcast."), title=broadcast.title)
    added = freeze(tx, broadcast, person_ids, areas)
    if added:
        send_round(tx, broadcast)
        broadcast.remind_at = broadcast.remind_at or next_slot(broadcast, tx.now)
    return added


def _locked(tx: Transaction, broadcast_id: int) -> Broadcast:
    tx.session.flush()
    broadcast = tx.get(Broadcast, broadcast_id, lock=True)
    if broadcast is None:
        raise NotFound(N_("This broadcast does not exist, or it is outside your reach. Go back to the list."))
    return broadcast
