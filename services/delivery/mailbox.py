"""The local mailbox (ローカルメールボックス): what would have gone out, newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.database import transaction
from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.delivery import LocalMail
from services.delivery.acting import SENDER
from services.delivery.letters import Mail
from services.delivery.messages import opens_for


class MailboxAsk(PageAsk):
    """Which mails of the local mailbox."""

    recipient: str = field(N_("Recipient’s address"), default="", max_length=254)
    subject: str = field(N_("Subject"), default="", max_length=200)


class WhichMail(Input):
    """Which mail."""

    id: int = field(N_("Mail"), hidden=True)


class MailLine(Row):
    """A mail in the list."""

    id: int
    at: datetime = field(N_("Sent at"))
    sender: str = field(N_("From"))
    recipient: str = field(N_("To"))
    subject: str = field(N_("Subject"))


class MailRow(MailLine):
    """A mail with its text."""

    message_id: str
    body: str


@query("delivery.mailbox", N_("See the local mailbox"))
def mailbox(tx: Transaction, ask: MailboxAsk) -> Page[MailLine]:
    """Return a page of mails, newest first. Their links let whoever sees them answer for others: for administrators."""
    statement = select(LocalMail)
    if ask.recipient:
        statement = statement.where(LocalMail.recipient.icontains(ask.recipient, autoescape=True))
    if ask.subject:
        statement = statement.where(LocalMail.subject.icontains(ask.subject, autoescape=True))
    newest_first = ask if ask.sort else ask.model_copy(update={"sort": "-at"})
    return fetch_page(tx, statement, newest_first, orders={"at": (LocalMail.at, LocalMail.id)}, make=_line)


def _line(row: Any) -> MailLine:
    return MailLine.model_validate(row.LocalMail)


@query("delivery.mail", N_("Open mails of the local mailbox"))
def mail(tx: Transaction, ask: WhichMail) -> MailRow:
    """Return one mail.

    Raises:
        NotFound: when there is none of this number.
        Refused: when it holds a link that the actor may not send.
    """
    row = tx.get(LocalMail, ask.id)
    if row is None:
        raise NotFound(N_("This mail does not exist. Go back to the list."))
    if not opens_for(tx, row.message_id):
        raise Refused(N_("This mail holds a link for its reader only. It opens for those who may send such links."))
    return MailRow.model_validate(row)


def keep_locally(mails: Sequence[Mail]) -> None:
    """Put mails into the mailbox, in a transaction of their own; one that is there already stays as it is."""
    with transaction(SENDER) as tx:
        rows = [
            {
                "at": tx.now, "message_id": one.message_id, "sender": one.sender, "recipient": one.recipient,
                "subject": one.subject, "body": one.text,
            }
            for one in mails
        ]  # fmt: skip
        tx.execute(insert(LocalMail).on_conflict_do_nothing(index_elements=[LocalMail.message_id]), rows)
