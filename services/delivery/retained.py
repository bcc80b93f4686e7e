"""Addresses to which something was sent, and the local mailbox, are not kept for ever (保存期間)."""

from core.i18n import N_
from core.retention import below, retained, rows_of, together
from data.models.delivery import Delivery, LocalMail, LocalSms, Mailing

retained(
    "delivery.addresses",
    N_("Addresses of deliveries"),
    N_("To which address something was sent, and what the provider said, counted from the end of the sending. "
       "To whom, and whether it arrived, stays."),
    days=1_095,
    least=30,
    how=below(
        Mailing, Delivery, link="mailing_id", mark="addresses_erased_at",
        due=lambda before: Mailing.finished_at < before,
        holds=Delivery.address != "", blank={"address": "", "reason": None},
    ),
)  # fmt: skip
retained(
    "delivery.mailbox",
    N_("Local mailbox"),
    N_("Mails and SMS that the local mailbox took, counted from when they came."),
    days=90,
    least=1,
    how=together(
        rows_of(LocalMail, lambda before: LocalMail.at < before),
        rows_of(LocalSms, lambda before: LocalSms.at < before),
    ),
)
