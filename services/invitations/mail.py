"""The mails of invitations (招待メール): written by the worker after the commit, their links kept nowhere."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Table, bindparam, func, select, update

from core.actor import Actor
from core.database import transaction
from core.errors import Unavailable
from core.i18n import N_
from core.jobs import enqueue, job
from core.settings import settings
from core.transaction import Transaction, listens
from data.models.access import Account
from data.models.invitations import Invitation
from data.models.people import Person
from data.models.setup import Organisation
from services.access import hash_of, new_token
from services.delivery import Letter, holds_link, send_letters
from services.events import PeopleInvited
from services.invitations.handling import resend_invitations, within
from services.invitations.states import NOT_TAKEN, VALID_FOR, is_open

ABOUT = "invitation"
AT_ONCE = 100
GIVEN_UP, LEFT_OVER = timedelta(days=1), timedelta(minutes=5)
SWEPT = 10_000
SUBJECT = N_("{inviter} invites you to {organisation}")
BODY = N_(
    "{name}\n\n{inviter} invites you to {organisation}.\n"
    "With this link you choose a password and sign in. It works once, for 72 hours:\n\n{url}\n\n"
    "If you do not know what this is about, there is nothing to do: without the link nothing happens."
)
TABLE = cast(Table, Invitation.__table__)
log = structlog.get_logger("invitations")


@listens(PeopleInvited)
def send_soon(tx: Transaction, told: PeopleInvited) -> None:
    """Have the worker write the mails."""
    _queue(tx, told.ids)


def _queue(tx: Transaction, ids: Sequence[int], *, once: bool = False) -> None:
    for at in range(0, len(ids), AT_ONCE):
        name = f"invitations.send:{ids[at]}" if once else None
        enqueue(tx, send_invitations, once=name, alone="invitations.send", ids=list(ids[at : at + AT_ONCE]))


@job("invitations.send", retries=4)
def send_invitations(ids: list[int]) -> None:
    """Make links for those of these invitations that were not sent yet, and send them.

    Tried again later if the provider is down or puts a mail off, with other links: those before are void.

    Raises:
        ProviderDown: when the provider takes nothing at the moment.
        Unavailable: when the provider put a mail off.
    """
    with transaction(Actor.system("invitations")) as tx:
        letters, hashes = _letters(tx, ids)
    if not letters:
        return
    outcomes: list[dict[str, Any]] = []
    put_off = False
    try:
        for outcome in send_letters(ABOUT, letters):
            if outcome.accepted or outcome.permanent:
                word = None if outcome.accepted else outcome.word or "?"
                outcomes.append({"_id": outcome.mail_id, "_hash": hashes[outcome.mail_id], "_word": word})
            else:
                put_off = True
                log.warning("mail of an invitation was put off", word=outcome.word)
    finally:
        with transaction(Actor.system("invitations")) as tx:
            _note(tx, outcomes)
    if put_off:
        raise Unavailable(N_("The mail server put a mail off. It is tried again."))


@job("invitations.sweep", periodic="*/5 * * * *")
def sweep() -> None:
    """Take up mails that are overdue, since the provider was down for long; those of yesterday have failed."""
    with transaction(Actor.system("invitations")) as tx:
        waiting = (is_open(), Invitation.sent_at.is_(None), Invitation.trouble.is_(None))
        old = update(Invitation).where(*waiting, Invitation.invited_at < tx.now - GIVEN_UP)
        tx.execute(old.values(trouble=NOT_TAKEN).execution_options(synchronize_session=False))
        overdue = select(Invitation.id).where(*waiting, Invitation.invited_at < tx.now - LEFT_OVER)
        _queue(tx, list(tx.execute(overdue.order_by(Invitation.id).limit(SWEPT)).scalars()), once=True)


def _letters(tx: Transaction, ids: Sequence[int]) -> tuple[list[Letter], dict[int, bytes]]:
    waiting = (
        select(Invitation.id, Invitation.address, Invitation.family_name, Invitation.given_name, Invitation.language,
               Person.family_name.label("by_family"), Person.given_name.label("by_given"),
               Organisation.name.label("at"))
        .join(Account, Account.id == Invitation.invited_by)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Organisation, Organisation.id == 1)
        .where(Invitation.id == func.any(list(ids)), is_open(), Invitation.sent_at.is_(None))
        .where(Invitation.trouble.is_(None))
        .order_by(Invitation.id)
        .with_for_update(of=Invitation)
    )  # fmt: skip
    rows = tx.execute(waiting).all()
    tokens = {row.id: new_token() for row in rows}
    if rows:
        made = update(TABLE).where(TABLE.c.id == bindparam("_id"))
        values = [{"_id": one, "_hash": hash_of(token)} for one, token in tokens.items()]
        tx.execute(made.values(token_hash=bindparam("_hash"), expires_at=tx.now + VALID_FOR), values)
    return [_letter(row, tokens[row.id]) for row in rows], {one: hash_of(token) for one, token in tokens.items()}


def _letter(row: Any, token: str) -> Letter:
    values = {
        "name": f"{row.family_name} {row.given_name}".strip() or row.address,
        "inviter": f"{row.by_family} {row.by_given}".strip(),
        "organisation": row.at or "Renraku",
        "url": f"{settings().base_url}/join?token={token}",
    }
    return Letter(row.id, row.address, "", row.language, SUBJECT, BODY, values)


def _note(tx: Transaction, outcomes: list[dict[str, Any]]) -> None:
    if outcomes:
        # Whose link is another one by now is sent again meanwhile, or was withdrawn: this mail is none of theirs.
        noted = update(TABLE).where(TABLE.c.id == bindparam("_id"), TABLE.c.token_hash == bindparam("_hash"))
        tx.execute(noted.values(sent_at=tx.now, trouble=bindparam("_word")), outcomes)


def _may_open(tx: Transaction, invitation_id: int) -> bool:
    mine = select(Invitation.id).where(Invitation.id == invitation_id, within(resend_invitations.reach(tx), tx))
    return resend_invitations.allowed(tx.actor) and tx.scalar(mine) is not None


holds_link(ABOUT, _may_open)
