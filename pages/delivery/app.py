"""The app (アプリの設定, X02): messages on people's phones without a shop, and the switch."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.delivery import _channel
from pages.kit.guard import guard
from services.delivery import AppRow, Channel, app_settings, edit_app
from services.delivery.app_channel import ADDRESS

actor = guard("delivery.app")
OFF = N_("While it is off, nobody can register the app.")


def settings(row: AppRow, form: str) -> None:
    """Show the settings, as a form to those who may change them."""
    if not actor.may("delivery.edit_app", What.DO):
        kit.facts({_(N_("Mail address for push services")): row.contact})
    elif kit.operate(
        edit_app, form, initial=row, fills={"version": row.version}, submit=_(N_("Save")), done=_(N_("Saved.")),
        anchors=True,
    ):  # fmt: skip
        st.rerun()


def address(row: AppRow, form: str) -> None:
    """Say where phones reach us, and what to do when they reach us without encryption."""
    st.html(f'<div id="{kit.anchor(form, ADDRESS)}"></div>')
    kit.facts({_(N_("Address that phones open")): row.address})
    if any(one.name == ADDRESS for one in row.lacks):
        st.warning(
            _(N_("Phones take messages only from an address that begins with https://. Put the installation behind "
                 "https and set RENRAKU_PUBLIC_URL; docs/deploy.md says how.")),
            icon=":material/lock_open:",
        )  # fmt: skip


row = kit.ask(app_settings)
key = f"app-{row.version}"
kit.header(
    _(N_("App")), _(N_("Messages on people's phones. The page for registering is the app; it comes from no shop."))
)
_channel.state(Channel.APP, on=row.enabled, lacks=row.lacks, form=key, off=_(OFF))
if actor.may("delivery.switch_channel", What.DO):
    _channel.switch(Channel.APP, on=row.enabled, lacks=row.lacks, version=row.version)
st.subheader(_(N_("Settings")), anchor=False)
settings(row, key)
address(row, key)
st.subheader(_(N_("How people register it")), anchor=False)
st.markdown(
    _(N_("1. Open the own registration page: the link in a mail, the QR code on paper, or the one on *my page*.\n"
         "2. On an iPhone or iPad, add the page to the home screen and open it from there.\n"
         "3. Press “Register this phone”, allow messages, and tap the message that comes."))
)  # fmt: skip
