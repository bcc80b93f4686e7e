"""The local mailbox (ローカルメールボックス): what went out while nothing leaves this machine, with links to click."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.delivery._letter import show_letter
from pages.kit.guard import guard
from services.delivery import MailboxAsk, WhichMail, mail, mailbox

guard("delivery.mailbox")
PAGE = "delivery/mailbox.py"


def show_list() -> None:
    """Show the mails, newest first."""
    kit.header(
        _(N_("Local mailbox")),
        _(N_("Mails that would have gone out while no SMTP server is set. Open one and click its link to answer.")),
    )
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
