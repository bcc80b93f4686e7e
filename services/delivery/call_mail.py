"""The mails to those whom a comment calls (メンションの通知メール): sent beside the ledger, once each."""

from core.database import transaction
from core.i18n import N_
from core.jobs import enqueue, job
from core.transaction import Transaction, listens
from services.comments import CallLetter, call_letters, not_mailed
from services.delivery.acting import SENDER
from services.delivery.single import Letter, send_once
from services.events import CommentCalls

SUBJECT = N_("A comment calls you")
BODY = N_(
    "{name}\n\nSomebody calls you in a comment on “{title}”.\nRead it here, after signing in:\n\n{url}\n\n"
    "If you want no such mails, switch them off on “My page”."
)


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
        letters = [_letter(one) for one in call_letters(tx, comment_id)]
    send_once(f"comment.{comment_id}", letters, lambda tx, left: not_mailed(tx, comment_id, left))


def _letter(one: CallLetter) -> Letter:
    values = {"name": one.name, "title": one.title, "url": one.url}
    return Letter(one.account_id, one.address, one.name, one.language, SUBJECT, BODY, values)
