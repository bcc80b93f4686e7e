"""SMS of the product itself (確認コードなど): who carries them, and the local mailbox that shows what would go out."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.database import transaction
from core.i18n import N_
from core.inputs import Row, field
from core.operations import query
from core.paging import Page, PageAsk, fetch_page
from core.transaction import Transaction
from data.models.delivery import LocalSms
from services.delivery.acting import SENDER
from services.delivery.providers.sms import LocalSmsBox, Sms, SmsProvider
from services.delivery.sms_settings import current_sms, provider_by
from services.people import shown_mobile


class SmsAsk(PageAsk):
    """Which SMS of the local mailbox."""

    number: str = field(N_("Recipient’s number"), default="", max_length=30, personal=True)


class SmsLine(Row):
    """An SMS in the list."""

    id: int
    at: datetime = field(N_("Sent at"))
    number: str = field(N_("To"))
    text: str = field(N_("Text"))


def sms_provider(tx: Transaction) -> SmsProvider:
    """Return who carries SMS, ready to be used; while SMS is not switched on, the local mailbox.

    Raises:
        Unavailable: when the key of the installation has changed since the secret was stored.
    """
    row = current_sms(tx)
    return provider_by(row) if row.enabled else LocalSmsBox(keep_sms_locally)


@query("delivery.sms_box", N_("See the SMS of the local mailbox"))
def sms_box(tx: Transaction, ask: SmsAsk) -> Page[SmsLine]:
    """Return a page of SMS, newest first. Their codes let whoever sees them register for others: for administrators."""
    statement = select(LocalSms)
    if ask.number:
        digits = "".join(letter for letter in ask.number if letter.isdigit()).removeprefix("0")
        statement = statement.where(LocalSms.number.icontains(digits, autoescape=True))
    newest_first = ask if ask.sort else ask.model_copy(update={"sort": "-at"})
    return fetch_page(tx, statement, newest_first, orders={"at": (LocalSms.at, LocalSms.id)}, make=_line)


def _line(row: Any) -> SmsLine:
    one = row.LocalSms
    return SmsLine(id=one.id, at=one.at, number=shown_mobile(one.number), text=one.text)


def keep_sms_locally(sms: Sms) -> None:
    """Put an SMS into the mailbox, in a transaction of its own; one that is there already stays as it is."""
    with transaction(SENDER) as tx:
        row = insert(LocalSms).values(at=tx.now, ref=sms.ref, number=sms.number, text=sms.text)
        tx.execute(row.on_conflict_do_nothing(index_elements=[LocalSms.ref]))
