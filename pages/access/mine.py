"""My page (マイページ): what every account sees of itself and may change for itself, in four views.

A room adds to it by a function of its own in ``pages/<room>/_mine.py`` that is called below.
"""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.access._browsers import my_browsers
from pages.access._own import my_language, my_look, my_password, my_second_step
from pages.applications._mine import own_data
from pages.broadcasts._mine import my_messages
from pages.kit.guard import guard
from pages.people._mine import my_data
from pages.people._mine_regions import mine_regions
from pages.registration._mine import own_contact_points
from services.access import own_account


def me() -> None:
    """Show who one is in the register."""
    st.subheader(_(N_("My data")), anchor=False)
    my_data()
    own_data()
    own_contact_points()
    mine_regions()


def sign_in() -> None:
    """Show what protects the account, and where it is open."""
    st.subheader(_(N_("Browsers signed in")), anchor=False)
    my_browsers()
    st.subheader(_(N_("Password")), anchor=False)
    my_password()
    st.subheader(_(N_("Two-step sign-in")), anchor=False)
    my_second_step()


def settings() -> None:
    """Show how the console speaks and looks."""
    st.subheader(_(N_("Language")), anchor=False)
    my_language()
    st.subheader(_(N_("Light or dark")), anchor=False)
    my_look()


guard()
account = kit.ask(own_account)
kit.header(_(N_("My page")), _(N_("Login name: {login}"), login=account.login))
SHOWN = {"me": me, "messages": my_messages, "sign-in": sign_in, "settings": settings}
NAMES = {
    "me": _(N_("My data")), "messages": _(N_("Messages received")), "sign-in": _(N_("Password and browsers")),
    "settings": _(N_("Language and look")),
}  # fmt: skip
SHOWN[kit.view(NAMES)]()
