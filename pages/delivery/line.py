"""LINE (LINEの設定, X02): the organisation's official account, the switch, and a test that asks LINE whose it is."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.delivery import _channel
from pages.kit.guard import guard
from services.delivery import Channel, LineRow, ask_about_line, edit_line, line_cause, line_settings

actor = guard("delivery.line")
ROWS: kit.Layout = [("channel_id", "basic_id"), ("secret", "access_token")]
OFF = N_("While it is off, nobody is reached by LINE.")


def settings(row: LineRow, form: str) -> None:
    """Show the settings, as a form to those who may change them."""
    if actor.may("delivery.edit_line", What.DO):
        if kit.operate(
            edit_line, form, initial=row, fills={"version": row.version}, rows=ROWS, submit=_(N_("Save")),
            done=_(N_("Saved.")), anchors=True,
        ):  # fmt: skip
            st.rerun()
        return
    stored = _(N_("stored"))
    kit.facts({
        _(N_("Channel ID")): row.channel_id, _(N_("Basic ID")): row.basic_id,
        _(N_("Channel secret")): stored if row.has_secret else "",
        _(N_("Channel access token")): stored if row.has_token else "",
    })  # fmt: skip


def test(row: LineRow) -> None:
    """Offer to ask LINE whose token it is, and tell what it said."""
    st.subheader(_(N_("Test of the connection")), anchor=False)
    if row.lacks:
        st.markdown(_(N_("Fill in the settings above and save them first; then they can be tested.")))
        return
    if (
        actor.may("delivery.test_line", What.DO)
        and st.button(_(N_("Ask LINE")), key="ask-line", icon=":material/contact_support:")
        and kit.do(ask_about_line)
    ):
        st.rerun()
    if row.testing:
        kit.refreshing(wait, process="delivery.line")
        return
    word = row.test_word or ""
    _channel.outcome(
        row.tested_at, accepted=row.test_accepted, word=word, cause=kit.literal(line_cause(word)),
        good=_(N_("LINE knows the token: it belongs to “{name}” ({account})."), name=kit.literal(word),
               account=kit.literal(row.basic_id)),
    )  # fmt: skip


def wait() -> None:
    """Look again until the worker has asked."""
    now = kit.ask(line_settings)
    if not now.testing:
        st.rerun()
    _channel.waiting(_(N_("LINE is being asked…")), worker_alive=now.worker_alive)


def friends(row: LineRow) -> None:
    """Show the link and the QR code by which people add the account as a friend."""
    if not row.friend_link:
        return
    st.subheader(_(N_("Adding the account as a friend")), anchor=False)
    kit.qr_code(row.friend_link, _(N_("QR code of the link below")))
    st.markdown(f"<{row.friend_link}>")
    st.caption(_(N_("Enter this webhook URL in the LINE Developers Console, and switch it on there:")))
    st.code(row.webhook, language=None)


row = kit.ask(line_settings)
key = f"line-{row.version}"
kit.header(_(N_("LINE")), _(N_("The official account by which people are reached on LINE.")))
_channel.state(Channel.LINE, on=row.enabled, lacks=row.lacks, form=key, off=_(OFF))
if actor.may("delivery.switch_channel", What.DO):
    _channel.switch(Channel.LINE, on=row.enabled, lacks=row.lacks, version=row.version)
st.subheader(_(N_("Settings")), anchor=False)
settings(row, key)
test(row)
friends(row)
