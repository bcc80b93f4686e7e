"""The mails to those whom a comment calls (メンションの通知メール): sent beside the ledger, once each."""

from collections.abc import Sequence
from contextlib import closing

import structlog

from core.database import transaction
from core.errors import Unavailable
from core.i18n import N_, _, using_language
from core.jobs import enqueue, job
from core.transaction import Transaction, listens
from services.comments import CallLetter, call_letters, not_mailed
from services.delivery.leases import SENDER
from services.delivery.letters import From, Mail, Skeleton
from services.delivery.messages import new_message_id
from services.delivery.providers import Provider
from services.delivery.sender import current_sender, from_of, provider_of
from services.events import CommentCalls

SUBJECT = N_("A comment calls you")
BODY = N_(
    "{name}\n\nSomebody calls you in a comment on “{title}”.\nRead it here, after signing in:\n\n{url}\n\n"
    "If you want no such mails, switch them off on “My page”."
)
log = structlog.get_logger("delivery")


@listens(CommentCalls)
def call_soon(tx: Transaction, told: CommentCalls) -> None:
    """Have the worker write the mails."""
    once = f"delivery.send_calls:{told.comment_id}"
    enqueue(tx, send_calls, once=once, comment_id=told.comment_id)


@job("delivery.send_calls", retries=4)
def send_calls(comment_id: int) -> None:
    """Send the mails of a comment that were not sent yet; what the provider puts off is tried again later.

    That a mail goes out is noted before it does: a worker that dies in between leaves one out, and sends none twice.

    Raises:
        ProviderDown: when the provider takes nothing at the moment.
        Unavailable: when the provider put a mail off.
    """
    with transaction(SENDER) as tx:
        letters = call_letters(tx, comment_id)
        row = current_sender(tx)
        sender, provider = from_of(row), provider_of(row)
    if not letters:
        return
    done: set[int] = set()
    try:
        _send(provider, [_mail(sender, comment_id, one) for one in letters], done)
    finally:
        if left := {one.account_id for one in letters} - done:
            with transaction(SENDER) as tx:
                not_mailed(tx, comment_id, left)
    if left:
        raise Unavailable(N_("The mail server put a mail off. It is tried again."))


def _mail(sender: From, comment_id: int, letter: CallLetter) -> Mail:
    message_id = new_message_id(f"comment.{comment_id}", sender.address)
    with using_language(letter.language):
        skeleton = Skeleton(sender, _(SUBJECT), _(BODY), {"title": letter.title, "url": letter.url})
    values = {"name": letter.name}
    return skeleton.letter(letter.account_id, message_id, letter.address, letter.name, values)


def _send(provider: Provider, mails: Sequence[Mail], done: set[int]) -> None:
    with closing(provider):
        for outcome in provider.send(mails):
            if outcome.accepted or outcome.permanent:
                done.add(outcome.mail_id)
            if not outcome.accepted:
                log.warning("mail of a comment was not taken", word=outcome.word, permanent=outcome.permanent)
