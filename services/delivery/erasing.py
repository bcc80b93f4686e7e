"""Erasing to which addresses something was sent (個人情報の消去): that it was sent stays."""

from sqlalchemy import delete, func, or_, update

from core.traces import mentions, run
from core.transaction import Transaction, listens
from data.models.delivery import Delivery, LocalMail, LocalSms, MailSender
from services.events import PeopleErased


@listens(PeopleErased)
def erase_deliveries(tx: Transaction, erased: PeopleErased) -> None:
    """Blank the addresses of deliveries to these people, and delete their mails from the local mailbox."""
    addresses = func.any(list(erased.addresses))
    run(tx, update(Delivery).where(Delivery.person_id == func.any(list(erased.ids))).values(address="", reason=None))
    run(tx, delete(LocalMail).where(LocalMail.recipient == addresses))
    run(tx, delete(LocalSms).where(LocalSms.number == addresses))
    sender = update(MailSender).where(MailSender.test_address == addresses)
    run(tx, sender.values(test_address=None, test_asked_at=None, tested_at=None, test_accepted=None, test_word=None))
    if erased.words:
        said = [mentions(column, erased.words) for column in (LocalMail.recipient, LocalMail.subject, LocalMail.body)]
        run(tx, delete(LocalMail).where(or_(*said)))
