"""What somebody does with the own contact points (連絡先の登録): give, prove, remove, put first, say that one is wrong.

Whoever is signed in does it for themselves. From a registration link the public page does it as the system, and says
whom the link names; nobody else can say so.
"""

from enum import StrEnum

from sqlalchemy import delete, func, select, update

from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.text import sought
from core.transaction import Transaction
from core.words import named
from data.models.people import ContactKind, ContactOrigin, ContactPoint
from data.models.registration import ContactClaim
from services.access import hash_of
from services.changes import keeping
from services.people import Mail, Mobile
from services.people.kept import PEOPLE
from services.people.language import set_language_of
from services.registration.claims import hold, prove
from services.registration.codes import MOST_TRIES, is_code
from services.registration.giving import Claimed, claim_soon
from services.registration.whose import Whose, whose

NOT_YOURS = N_("This is not there any more. Look at the list again.")


class NewMail(Whose):
    """A private mail address."""

    mail: Mail = field(
        N_("Mail address"), min_length=1, personal=True, help=N_("One that you also read outside of work.")
    )


class NewMobile(Whose):
    """A mobile number of one's own."""

    mobile: Mobile = field(N_("Mobile number"), min_length=1, personal=True, help=N_("For instance 090-1234-5678."))


class WhichClaim(Whose):
    """What waits to be confirmed."""

    id: int = field(N_("Number"), hidden=True)


class GivenCode(WhichClaim):
    """The six digits that came."""

    code: str = field(N_("Code of 6 digits"), secret=True, masked=False, min_length=1, max_length=20)


class GivenLink(Input):
    """The link that came by mail."""

    token: str = field(N_("Link"), secret=True, hidden=True, max_length=200)


class WhichContact(Whose):
    """Which contact point."""

    id: int = field(N_("Number"), hidden=True)


class SaidOfContact(WhichContact):
    """Whether what the office entered is wrong."""

    wrong: bool = field(N_("It is wrong"), default=True, hidden=True)


class Speaks(StrEnum):
    """The languages in which the organisation writes to people."""

    JA = "ja"
    EN = "en"


named(Speaks, ja=N_("Japanese"), en=N_("English"))


class ChosenSpeech(Whose):
    """The language of messages."""

    language: Speaks = field(N_("Language of messages"))


class Verdict(StrEnum):
    """What came of a code or a link: confirmed, wrong, no good any more, or it cannot be registered."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"
    SPENT = "spent"
    IMPOSSIBLE = "impossible"


class Judged(Row):
    """What came of it. A wrong code is an answer and no error, so that it counts."""

    verdict: Verdict
    person_id: int | None = None


@operation("registration.add_mail", N_("Give an own private mail address"), touches="contact_claim", own=True)
def add_mail(tx: Transaction, ask: NewMail) -> Claimed:
    """Give a private mail address; a mail with link and code goes there, and nothing is registered before it is proved.

    Whether somebody else has the address is not looked at here, so the answer does not tell.

    Raises:
        Refused: when it is registered for oneself, or three are. Unavailable: when too many messages were asked for.
    """
    return claim_soon(tx, whose(tx, ask), ContactKind.MAIL, ask.mail)


@operation("registration.add_mobile", N_("Give an own mobile number"), touches="contact_claim", own=True)
def add_mobile(tx: Transaction, ask: NewMobile) -> Claimed:
    """Give a mobile number; a code goes there by SMS. Proved, it takes the place of the one before.

    Raises:
        Refused: when it is registered for oneself. Unavailable: when too many messages were asked for.
    """
    return claim_soon(tx, whose(tx, ask), ContactKind.MOBILE, ask.mobile)


@operation("registration.prove_contact", N_("Prove an own contact point"), touches="contact_claim", own=True)
def prove_contact(tx: Transaction, ask: WhichContact) -> Claimed:
    """Have a message sent to what the office entered, to prove that it arrives.

    Raises:
        NotFound: when it is not one's own. Refused: when it is proved already.
        Unavailable: when too many messages were asked for.
    """
    person_id = whose(tx, ask)
    point = _point(tx, person_id, ask.id)
    return claim_soon(tx, person_id, point.kind, point.value)


@operation("registration.again", N_("Have the own code sent again"), touches="contact_claim", own=True)
def send_again(tx: Transaction, ask: WhichClaim) -> Claimed:
    """Have another link and code sent; those before are void.

    Raises:
        NotFound: when nothing of that number waits. Unavailable: when too many messages were asked for.
    """
    person_id = whose(tx, ask)
    waiting = _waiting(tx, person_id, ask.id)
    return claim_soon(tx, person_id, waiting.kind, waiting.value, waiting.subscription)


@operation("registration.cancel", N_("Drop what waits for an own code"), touches="contact_claim", own=True)
def cancel(tx: Transaction, ask: WhichClaim) -> None:
    """Drop what was given and not proved.

    Raises:
        NotFound: when nothing of that number waits.
    """
    waiting = _waiting(tx, whose(tx, ask), ask.id)
    tx.execute(delete(ContactClaim).where(ContactClaim.id == waiting.id))


@operation("registration.confirm", N_("Confirm an own contact point"), touches="contact_point", own=True)
def confirm(tx: Transaction, ask: GivenCode) -> Judged:
    """Prove a contact point by its code: five tries within ten minutes.

    Raises:
        Unavailable: when people are being imported at this moment.
    """
    person_id = whose(tx, ask)
    held = hold(tx, (ContactClaim.id == ask.id) & (ContactClaim.person_id == person_id))
    if held is None or held.code_until is None or held.code_until <= tx.now or held.tries >= MOST_TRIES:
        return Judged(verdict=Verdict.SPENT)
    held.tries += 1
    tx.session.flush()
    digits = "".join(letter for letter in sought(ask.code).half_width if letter.isdigit())
    if not is_code(held.code_hash, f"claim:{held.id}", digits):
        return Judged(verdict=Verdict.WRONG if held.tries < MOST_TRIES else Verdict.SPENT)
    return _prove(tx, held)


@operation("registration.confirm_link", N_("Confirm a contact point by its link"), touches="contact_point", own=True)
def confirm_link(tx: Transaction, ask: GivenLink) -> Judged:
    """Prove a mail address by the link that came there; it works once, for 24 hours. The link says whose it is.

    Raises:
        Unavailable: when people are being imported at this moment.
    """
    held = hold(tx, (ContactClaim.link_hash == hash_of(ask.token)) & (ContactClaim.link_until > tx.now))
    return _prove(tx, held) if held else Judged(verdict=Verdict.SPENT)


@operation("registration.remove", N_("Remove an own private contact point"), touches="contact_point", own=True)
def remove(tx: Transaction, ask: WhichContact) -> None:
    """Remove a contact point that one gave oneself.

    Raises:
        NotFound: when it is not one's own. Refused: when the office entered it.
    """
    point = _point(tx, whose(tx, ask), ask.id)
    if point.origin is not ContactOrigin.PERSON:
        raise Refused(N_("Your office entered this. You cannot remove it, but you can say that it is wrong."))
    tx.execute(delete(ContactPoint).where(ContactPoint.id == point.id))
    tx.note(f"person:{point.person_id}", point.kind, None)


@operation("registration.put_first", N_("Put an own contact point first"), touches="contact_point", own=True)
def put_first(tx: Transaction, ask: WhichContact) -> None:
    """Say that one wants to be reached by this first.

    Raises:
        NotFound: when it is not one's own.
    """
    point = _point(tx, whose(tx, ask), ask.id)
    lowest = select(func.min(ContactPoint.rank)).where(ContactPoint.person_id == point.person_id).scalar_subquery()
    tx.execute(update(ContactPoint).where(ContactPoint.id == point.id).values(rank=lowest - 1))


@operation("registration.dispute", N_("Say that an own contact point is wrong"), touches="contact_point", own=True)
def dispute(tx: Transaction, ask: SaidOfContact) -> None:
    """Say that what the office entered is wrong, or that it is right after all; the office sees it.

    Raises:
        NotFound: when it is not one's own. Refused: when one gave it oneself.
    """
    point = _point(tx, whose(tx, ask), ask.id)
    if point.origin is not ContactOrigin.OFFICE:
        raise Refused(N_("You gave this yourself. Remove it, if it is wrong."))
    said = tx.now if ask.wrong else None
    tx.execute(update(ContactPoint).where(ContactPoint.id == point.id).values(disputed_at=said))


@operation("registration.choose_language", N_("Choose the language of own messages"), touches="person", own=True)
def choose_language(tx: Transaction, ask: ChosenSpeech) -> None:
    """Choose in which language the organisation writes to oneself."""
    person_id = whose(tx, ask)
    with keeping(tx) as kept:
        kept.watch(PEOPLE, [person_id])
        set_language_of(tx, person_id, ask.language)


def _prove(tx: Transaction, held: ContactClaim) -> Judged:
    person_id, kind = held.person_id, held.kind
    if not prove(tx, held):
        return Judged(verdict=Verdict.IMPOSSIBLE, person_id=person_id)
    tx.note(f"person:{person_id}", None, kind)
    return Judged(verdict=Verdict.CONFIRMED, person_id=person_id)


def _waiting(tx: Transaction, person_id: int, claim_id: int) -> ContactClaim:
    mine = select(ContactClaim).where(ContactClaim.id == claim_id, ContactClaim.person_id == person_id)
    found: ContactClaim | None = tx.scalar(mine.where(ContactClaim.kind != ContactKind.LINE))
    if found is None:
        raise NotFound(NOT_YOURS)
    return found


def _point(tx: Transaction, person_id: int, contact_id: int) -> ContactPoint:
    mine = select(ContactPoint).where(ContactPoint.id == contact_id, ContactPoint.person_id == person_id)
    found: ContactPoint | None = tx.scalar(mine.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(NOT_YOURS)
    return found
