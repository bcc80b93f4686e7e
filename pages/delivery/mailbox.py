"""The local mailbox (ローカルメールボックス): what went out while nothing leaves this machine, with links to click."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.delivery._letter import show_letter
from pages.kit.guard import guard
from services.delivery import MailboxAsk, SmsAsk, WhichMail, mail, mailbox, sms_box

actor = guard("delivery.mailbox")
PAGE = "delivery/mailbox.py"


def show_list() -> None:
    """Show the mails, newest first."""
    kit.header(
        _(N_("Local mailbox")),
        _(N_("Mails that would have gone out while no SMTP server is set. Open one and click its link to answer.")),
    )
    views = {"mails": _(N_("Mail"))}
    if actor.may("delivery.sms_box", What.READ):
        views["sms"] = _(N_("SMS"))
    if kit.view(views) == "sms":
        show_sms()
    else:
        show_mails()


def show_sms() -> None:
    """Show the SMS, newest first."""
    kit.table(
        sms_box,
        kit.filters(SmsAsk),
        columns={
            "text": kit.Column(_(N_("Text")), width=560),
            "number": kit.Column(_(N_("To")), width=180),
            "at": _(N_("Sent at")),
        },
        unit=N_("{count} SMS"),
        empty=_(N_("No SMS has gone out yet. Codes for mobile numbers lie here while no SMS service is set up.")),
    )


def show_mails() -> None:
    """Show the mails, newest first."""
    kit.table(
        mailbox,
        kit.filters(MailboxAsk),
        columns={
            "subject": kit.Column(_(N_("Subject")), width=420),
            "recipient": kit.Column(_(N_("To")), width=260),
            "at": _(N_("Sent at")),
        },
        opens=lambda row: (PAGE, {"id": row.id}),
        unit=N_("{count} mails"),
        empty=_(N_("No mail has gone out yet. Send a broadcast or a test mail, and it lies here.")),
    )


def show_mail() -> None:
    """Show one mail as its recipient would see it."""
    shown = kit.ask(mail, WhichMail(id=kit.number_in_address("id")))
    kit.header(shown.subject, back=(_(N_("Local mailbox")), PAGE))
    kit.facts(
        {
            _(N_("To")): shown.recipient,
            _(N_("From")): shown.sender,
            _(N_("Sent at")): shown.at,
            _(N_("Message-ID")): shown.message_id,
        }
    )
    show_letter(shown.body)


if "id" in st.query_params:
    show_mail()
else:
    show_list()
