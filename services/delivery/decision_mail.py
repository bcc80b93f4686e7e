"""The mails about decided applications (申請結果の通知メール): sent beside the ledger, once each."""

from core.database import transaction
from core.i18n import N_
from core.jobs import enqueue, job
from core.transaction import Transaction, listens
from services.applications import DecisionLetter, decision_letters, decision_not_mailed
from services.delivery.acting import SENDER
from services.delivery.single import Letter, send_once
from services.events import ApplicationsDecided

APPROVED = N_("Your profile application was approved")
RETURNED = N_("Your profile application was sent back")
APPROVED_BODY = N_("{name}\n\nThe change of your data that you applied for was approved and made.\n\n{url}")
RETURNED_BODY = N_(
    "{name}\n\nThe change of your data that you applied for was sent back for this reason:\n\n{reason}\n\n"
    "Correct it or take it back here, after signing in:\n\n{url}"
)


@listens(ApplicationsDecided)
def tell_soon(tx: Transaction, told: ApplicationsDecided) -> None:
    """Have the worker write the mails."""
    enqueue(tx, send_decisions, application_ids=list(told.ids))


@job("delivery.send_decisions", retries=4)
def send_decisions(application_ids: list[int]) -> None:
    """Send the mails about these applications that were not sent yet; what the provider puts off is tried again.

    That a mail goes out is noted before it does: a worker that dies in between leaves one out, and sends none twice.

    Raises:
        ProviderDown: when the provider takes nothing at the moment.
        Unavailable: when the provider put a mail off.
    """
    with transaction(SENDER) as tx:
        letters = [_letter(one) for one in decision_letters(tx, application_ids)]
    send_once("application", letters, decision_not_mailed)


def _letter(one: DecisionLetter) -> Letter:
    subject, body = (APPROVED, APPROVED_BODY) if one.approved else (RETURNED, RETURNED_BODY)
    values = {"name": one.name, "url": one.url, "reason": one.reason}
    return Letter(one.application_id, one.address, one.name, one.language, subject, body, values)
