"""The sender (送信元設定): name, address, mail server, and a test mail that shows whether they work."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.delivery import ProviderKind, SenderRow, cause, edit_sender, own_words, send_test_mail, sender

actor = guard("delivery.sender")
ROWS = [
    ("name", "address"), ("reply_to", "provider"), ("smtp_host", "smtp_port"), ("smtp_security",),
    ("smtp_user", "smtp_password"), ("connections", "per_second"),
]  # fmt: skip


def settings(row: SenderRow) -> None:
    """Show who sends and who carries it, as a form to those who may change it."""
    if actor.may("delivery.edit_sender", What.DO):
        if kit.operate(
            edit_sender, f"sender-{row.version}", initial=row, fills={"version": row.version}, rows=ROWS,
            submit=_(N_("Save")), done=_(N_("Saved. Mails that still wait go out this way. Send a test mail now.")),
        ):  # fmt: skip
            st.rerun()
        return
    kit.facts(
        {
            _(N_("Sender name")): row.name,
            _(N_("Sender address")): row.address,
            _(N_("Address for replies by mail")): row.reply_to,
            _(N_("Carried by")): row.provider,
            _(N_("SMTP server")): f"{row.smtp_host}:{row.smtp_port}" if row.smtp_host else "",
        }
    )


def where_mail_goes(row: SenderRow) -> None:
    """Say, while nothing leaves this machine, where to look at the mails."""
    if row.provider is not ProviderKind.LOCAL:
        return
    st.info(
        _(N_("Mail stays on this machine at the moment: it goes into the local mailbox, and nobody outside gets any. "
             "To reach people, set an SMTP server here.")),
        icon=":material/inbox:",
    )  # fmt: skip
    if actor.may("delivery.mailbox", What.READ) and st.button(
        _(N_("Open the local mailbox")), key="mailbox", icon=":material/inbox:"
    ):
        kit.go("delivery/mailbox.py")


def test_mail(row: SenderRow) -> None:
    """Ask where a test mail goes, and tell what became of the last one."""
    st.subheader(_(N_("Test mail")), anchor=False)
    if not row.version:
        st.markdown(_(N_("Save the settings above first; then a test mail can be sent.")))
        return
    if actor.may("delivery.send_test_mail", What.DO) and kit.operate(
        send_test_mail, "test-mail", initial={"address": row.test_address or ""}, submit=_(N_("Send a test mail"))
    ):
        st.rerun()
    if row.testing:
        kit.refreshing(wait_for_outcome, process="delivery.sender")
    else:
        outcome(row)


def wait_for_outcome() -> None:
    """Look again until the worker has sent the test mail."""
    row = kit.ask(sender)
    if not row.testing:
        st.rerun()
    st.info(_(N_("The test mail to {address} is on its way…"), address=kit.literal(row.test_address or "")),
            icon=":material/hourglass_top:")  # fmt: skip
    if not row.worker_alive:
        st.warning(
            _(N_("No worker is running, so it does not go out. “make run” starts one with the console, "
                 "“manage.py worker” starts one alone.")),
            icon=":material/hourglass_disabled:",
        )  # fmt: skip


def outcome(row: SenderRow) -> None:
    """Tell what became of the last test mail."""
    if row.tested_at is None:
        return
    values = {"address": kit.literal(row.test_address or ""), "moment": kit.moment(row.tested_at),
              "word": kit.literal(row.test_word or "")}  # fmt: skip
    if row.test_accepted and row.provider is ProviderKind.LOCAL:
        st.success(
            _(N_("{moment}: the test mail to {address} lies in the local mailbox."), **values),
            icon=":material/check_circle:",
        )
    elif row.test_accepted:
        st.success(
            _(N_("{moment}: the mail server took the test mail to {address}. Look whether it has arrived. "
                 "The server said: {word}"), **values),
            icon=":material/check_circle:",
        )  # fmt: skip
    else:
        st.error(
            _(N_("{moment}: the test mail to {address} could not be sent. {cause}"), **values,
              cause=kit.literal(cause(row.test_word or ""))),
            icon=":material/error:",
        )  # fmt: skip
        if said := own_words(row.test_word or ""):
            st.caption(_(N_("The mail server said: {word}"), word=kit.literal(said)))


row = kit.ask(sender)
kit.header(_(N_("Sender")), _(N_("Who sends the mails of broadcasts, and which mail server carries them.")))
where_mail_goes(row)
settings(row)
test_mail(row)
