"""The own account (パスワードと言語): what everybody may change for themselves."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.access import ChangedPassword, change_language, change_password, own_account

KEY = "password"


def password() -> None:
    """Change the password; a wrong present one counts like one at the sign-in."""
    entered = kit.form(ChangedPassword, KEY, submit=_(N_("Change the password")))
    if entered is None:
        return
    done = kit.do(change_password, entered, on_error=lambda error: kit.refuse(KEY, error))
    if done is None:
        return
    if not done.result.changed:
        wrong = N_("The present password is wrong. After 10 wrong ones, the account is closed for 15 minutes.")
        st.error(_(wrong), icon=":material/error:")
        return
    kit.clear(KEY)
    kit.flash(_(N_("Your password was changed. All other browsers are signed out.")))
    st.rerun()


guard()
account = kit.ask(own_account)
kit.header(_(N_("Password and language")), _(N_("Login name: {login}"), login=account.login))
st.subheader(_(N_("Password")), anchor=False)
password()
st.subheader(_(N_("Language")), anchor=False)
if kit.operate(change_language, f"language-{account.language}", initial=account, submit=_(N_("Use this language"))):
    st.rerun()
