"""LINE (LINE連絡先): a code from one's page, sent in a chat to the official account, says whose LINE it is.

LINE tells of chats by a webhook that it signs; whoever blocks the account is not reached by it any more. What LINE
could not deliver it tells again, after newer events: what counts is when something happened, not when it was heard.
"""

from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import NotAllowed, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.people import ContactKind, ContactPoint, ContactState
from data.models.registration import ContactClaim, LineEvent
from services.delivery import BLOCKED, line_channel
from services.registration.brakes import HOUR, Brake, allows, count
from services.registration.claims import ONE_AT_A_TIME, claim, hold, prove
from services.registration.codes import LINE_FOR, LINE_LENGTH, LINE_LETTERS, code_hash, new_line_code
from services.registration.whose import Whose, whose

ABOUT = "line"


class LineCode(Row):
    """What is sent in the chat; ``url`` opens LINE with it typed already."""

    code: str = field(N_("Code for LINE"), secret=True)
    url: str = field(N_("Link"), secret=True)
    until: datetime


class Happened(StrEnum):
    """What LINE tells of."""

    MESSAGE = "message"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"


class LineTold(Input):
    """One event of LINE's webhook, after its signature was found right."""

    id: str = field(N_("Number"), max_length=100, min_length=1)
    kind: Happened = field(N_("Kind"))
    user: str = field(N_("LINE"), personal=True, max_length=100, min_length=1)
    at: datetime = field(N_("Time"))
    text: str = field(N_("Text"), default="", secret=True, max_length=5_000)


@operation("registration.line_code", N_("Get the own code for LINE"), touches="contact_claim", own=True)
def line_code(tx: Transaction, ask: Whose) -> LineCode:
    """Return a code to be sent in a chat to the official account, within half an hour; one before it is void.

    Raises:
        Refused: when LINE is not set up. Unavailable: when too many codes were asked for.
    """
    channel = line_channel(tx)
    if channel is None:
        raise Refused(N_("LINE is not used here. Register a mail address or a mobile number."))
    person_id = whose(tx, ask)
    count(tx, [Brake(f"line of person:{person_id}", 10, HOUR)])
    code, until = new_line_code(), tx.now + LINE_FOR
    claim_id = claim(tx, person_id, ContactKind.LINE, "")
    kept = {"code_hash": code_hash(ABOUT, code), "code_until": until}
    tx.execute(update(ContactClaim).where(ContactClaim.id == claim_id).values(kept))
    url = f"https://line.me/R/oaMessage/{quote(channel.basic_id, safe='')}/?{quote(code)}"
    return LineCode(code=code, url=url, until=until)


@operation("registration.take_line", N_("Take in what LINE tells"), touches="contact_point", own=True)
def take_line(tx: Transaction, ask: LineTold) -> bool:
    """Take in one event; say whether it changed anything. One that came before, or of a wrong code, changes nothing.

    Raises:
        NotAllowed: when it is not LINE's webhook that tells.
        Unavailable: when people are being imported at this moment: LINE tells again.
    """
    if not tx.actor.is_system:
        raise NotAllowed(N_("Only LINE itself can tell this."))
    tx.execute(ONE_AT_A_TIME, {"value": f"{ABOUT} user:{ask.user.lower()}"})
    if not _is_new(tx, ask):
        return False
    proved = ask.kind is Happened.MESSAGE and _take_code(tx, ask)
    return _follow_newest(tx, ask.user) or proved


def _is_new(tx: Transaction, ask: LineTold) -> bool:
    follows = {"user_hash": _user_hash(ask.user), "follows": ask.kind is Happened.FOLLOW, "happened_at": ask.at}
    known = {} if ask.kind is Happened.MESSAGE else follows
    return bool(tx.changed_rows(insert(LineEvent).values(id=ask.id, at=tx.now, **known).on_conflict_do_nothing()))


def _user_hash(user: str) -> bytes:
    return code_hash(f"{ABOUT} user", user.lower())


def _take_code(tx: Transaction, ask: LineTold) -> bool:
    code = "".join(letter for letter in ask.text.upper() if letter in LINE_LETTERS)[:LINE_LENGTH]
    if len(code) < LINE_LENGTH or not allows(tx, [Brake(f"line user:{ask.user}", 10, HOUR)]):
        return False
    same = (ContactClaim.kind == ContactKind.LINE) & (ContactClaim.code_hash == code_hash(ABOUT, code))
    held = hold(tx, same & (ContactClaim.code_until > tx.now))
    if held is None:
        return False
    tx.note(f"person:{held.person_id}", None, ContactKind.LINE)
    return prove(tx, held, ask.user, ask.at)


def _follow_newest(tx: Transaction, user: str) -> bool:
    """Bring a user's contact points to what happened last, unless more was said of them since."""
    of_user = select(LineEvent.follows, LineEvent.happened_at).where(LineEvent.user_hash == _user_hash(user))
    # Of two at the same moment following counts: a message in vain is better than none.
    newest = tx.execute(of_user.order_by(LineEvent.happened_at.desc(), LineEvent.follows.desc()).limit(1)).first()
    if newest is None:
        return False
    state = ContactState.WORKS if newest.follows else ContactState.DEAD
    mine = (func.lower(ContactPoint.value) == user.lower()) & (ContactPoint.kind == ContactKind.LINE)
    changed = update(ContactPoint).where(
        mine, ContactPoint.state != state, func.coalesce(ContactPoint.state_at <= newest.happened_at, True)
    )
    reason = None if newest.follows else BLOCKED
    return bool(tx.changed_rows(changed.values(state=state, state_at=newest.happened_at, reason=reason)))
