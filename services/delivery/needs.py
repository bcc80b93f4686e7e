"""What of the sending needs somebody: no sender is set, the last test mail failed, nobody works on what waits."""

from core.actor import Reach
from core.i18n import N_, _
from core.jobs import worker_alive
from core.needs import Need, Urgency, needs
from core.transaction import Transaction
from data.models.delivery import MailSender
from services.delivery.receipts.settings import current_returns
from services.delivery.sender import ONLY_ROW, edit_sender


@needs(edit_sender)
def sender_to_mend(tx: Transaction, _reach: Reach) -> list[Need]:
    """Say what keeps mails from going out, for those who may change it."""
    row = tx.get(MailSender, ONLY_ROW)
    found = (
        [] if worker_alive(tx) else [(N_("No worker is at work: nothing is sent until one is started"), Urgency.NOW)]
    )
    if row is None:
        found.append((N_("The sender is not set up: mails stay in the local mailbox"), Urgency.TODAY))
    elif row.test_accepted is False:
        found.append((N_("The last test mail failed"), Urgency.NOW))
    if current_returns(tx).trouble:
        found.append((N_("The mailbox for returned mail cannot be read"), Urgency.TODAY))
    return [
        Need(
            text=_(text), count=1, amount="", urgency=urgency, page="delivery/sender.py"
        )
        for text, urgency in found
    ]  # fmt: skip
