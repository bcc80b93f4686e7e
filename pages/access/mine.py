"""The own account (パスワードと言語): what everybody may change for themselves."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.applications._mine import own_data
from pages.kit.guard import guard
from pages.kit.redirect import redirect, signed_out
from pages.public.cookies import THEME
from pages.registration._mine import own_contact_points
from services.access import ChangedPassword, change_language, change_password, choose_mails, own_account, sign_out_all

KEY = "password"
THEMES = {"system": N_("As the device is set"), "light": N_("Light"), "dark": N_("Dark")}


def password() -> None:
    """Change the password; a wrong present one counts like one at the sign-in."""
    entered = kit.form(ChangedPassword, KEY, submit=_(N_("Change the password")))
    if entered is None:
        return
    done = kit.do(change_password, entered, on_error=lambda error: kit.refuse(KEY, error))
    if done is None:
        return
    if not done.result.changed:
        wrong = N_("The present password is wrong. After 10 wrong ones, no more are taken for 15 minutes.")
        st.error(_(wrong), icon=":material/error:")
        return
    kit.clear(KEY)
    kit.flash(_(N_("Your password was changed. All other browsers are signed out.")))
    st.rerun()


def browsers(signed_in: int) -> None:
    """Say in how many browsers one is signed in, and sign out in all of them."""
    st.markdown(_(N_("You are signed in in {number} browsers, this one among them."), number=kit.number(signed_in)))
    with st.popover(_(N_("Sign out everywhere"))):
        st.markdown(_(N_("This takes effect at once, here too. What you have not saved is lost.")))
        if st.button(_(N_("Sign out everywhere")), key="everywhere", type="primary") and kit.do(sign_out_all):
            signed_out()


def brightness() -> None:
    """Let this browser be light or dark, or follow the device."""
    shown = st.context.cookies.get(THEME, "system")
    chosen = st.radio(
        _(N_("Shown in this browser")), list(THEMES), format_func=lambda theme: _(THEMES[theme]), horizontal=True,
        index=list(THEMES).index(shown) if shown in THEMES else 0, key="theme",
    )  # fmt: skip
    if st.button(_(N_("Show it so")), key="use-theme"):
        redirect(f"/theme/{chosen}?to=access-mine")


guard()
account = kit.ask(own_account)
kit.header(_(N_("Password and language")), _(N_("Login name: {login}"), login=account.login))
st.subheader(_(N_("Password")), anchor=False)
password()
st.subheader(_(N_("Language")), anchor=False)
if kit.operate(change_language, f"language-{account.language}", initial=account, submit=_(N_("Use this language"))):
    st.rerun()
st.subheader(_(N_("Mails")), anchor=False)
if kit.operate(
    choose_mails, f"mails-{account.call_mails}", initial=account, submit=_(N_("Save")), done=_(N_("Saved."))
):
    st.rerun()
own_data()
own_contact_points()
st.subheader(_(N_("Light or dark")), anchor=False)
brightness()
st.subheader(_(N_("Browsers")), anchor=False)
browsers(account.sessions)
