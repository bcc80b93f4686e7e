"""SMS (SMSの設定, X02): the account at Amazon SNS, price and monthly limit, the switch, a test that really sends."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.delivery import _channel
from pages.delivery._carried import notices
from pages.kit.guard import guard
from services.delivery import Channel, SmsRow, edit_sms, send_test_sms, sms_cause, sms_settings

actor = guard("delivery.sms")
ROWS: kit.Layout = [
    ("region", "sender_id"), ("access_key_id", "secret_key"), ("price_yen", "monthly_cap_yen"), "topic_arn",
]  # fmt: skip
OFF = N_("While it is off, SMS stay in the local mailbox, and nobody outside gets any.")


def settings(row: SmsRow, form: str) -> None:
    """Show the settings, as a form to those who may change them."""
    if actor.may("delivery.edit_sms", What.DO):
        if kit.operate(
            edit_sms, form, initial=row, fills={"version": row.version}, rows=ROWS, submit=_(N_("Save")),
            done=_(N_("Saved.")), anchors=True,
        ):  # fmt: skip
            st.rerun()
        return
    kit.facts({
        _(N_("AWS region")): row.region, _(N_("Access key ID")): row.access_key_id,
        _(N_("Secret access key")): _(N_("stored")) if row.has_secret else "", _(N_("Sender ID")): row.sender_id,
        _(N_("Price of one part (yen)")): row.price_yen, _(N_("Limit a month (yen)")): row.monthly_cap_yen,
    })  # fmt: skip


def month(row: SmsRow) -> None:
    """Say what SMS cost this month, and how far that is from the limit."""
    said = N_("This month: {parts} parts, {yen} yen of {cap} yen")
    if row.monthly_cap_yen:
        st.progress(
            min(row.month_yen / row.monthly_cap_yen, 1.0),
            text=_(said, parts=kit.number(row.month_parts), yen=kit.number(row.month_yen),
                   cap=kit.number(row.monthly_cap_yen)),
        )  # fmt: skip


def test(row: SmsRow) -> None:
    """Ask where a test SMS goes, and tell what became of the last one."""
    st.subheader(_(N_("Test SMS")), anchor=False)
    if row.lacks:
        st.markdown(_(N_("Fill in the settings above and save them first; then a test SMS can be sent.")))
        return
    if actor.may("delivery.send_test_sms", What.DO) and kit.operate(
        send_test_sms, "test-sms", initial={"number": row.test_number or ""}, submit=_(N_("Send a test SMS"))
    ):
        st.rerun()
    if row.testing:
        kit.refreshing(wait, process="delivery.sms")
        return
    number = kit.literal(row.test_number or "")
    word = row.test_word or ""
    _channel.outcome(
        row.tested_at, accepted=row.test_accepted, word=word,
        good=_(N_("AWS took the test SMS to {number}. Look whether it has arrived."), number=number),
        cause=_(N_("The test SMS to {number} could not be sent. {cause}"), number=number,
                cause=kit.literal(sms_cause(word))),
    )  # fmt: skip


def wait() -> None:
    """Look again until the worker has sent the test SMS."""
    now = kit.ask(sms_settings)
    if not now.testing:
        st.rerun()
    text = _(N_("The test SMS to {number} is on its way…"), number=kit.literal(now.test_number or ""))
    _channel.waiting(text, worker_alive=now.worker_alive)


row = kit.ask(sms_settings)
key = f"sms-{row.version}"
kit.header(_(N_("SMS")), _(N_("By which account SMS go out, what they cost, and how much a month.")))
_channel.state(Channel.SMS, on=row.enabled, lacks=row.lacks, form=key, off=_(OFF))
if actor.may("delivery.switch_channel", What.DO):
    _channel.switch(Channel.SMS, on=row.enabled, lacks=row.lacks, version=row.version)
month(row)
st.subheader(_(N_("Settings")), anchor=False)
settings(row, key)
if row.topic_arn:
    notices(row.notices, _(N_("Subscribe this address to the SNS topic, by HTTPS; it confirms by itself:")))
test(row)
