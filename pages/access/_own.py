"""Own page: password, second step, language, mails, and how the console looks."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.redirect import redirect
from pages.public.cookies import THEME
from services.access import (
    ChangedPassword,
    change_language,
    change_password,
    choose_mails,
    own_account,
    own_second_factor,
)

KEY = "password"
THEMES = {"system": N_("As the device is set"), "light": N_("Light"), "dark": N_("Dark")}


def my_password() -> None:
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


def my_second_step() -> None:
    """Say whether a second step protects the account, with the way to its page."""
    factor = kit.ask(own_second_factor)
    if factor.since is not None:
        st.markdown(_(N_("On since {moment}. Recovery codes left: {left}"), moment=kit.moment(factor.since),
                      left=factor.codes_left))  # fmt: skip
        label = _(N_("Change it, or make new recovery codes"))
    else:
        st.markdown(_(N_("Off. The password alone opens this account.")))
        label = _(N_("Set up two-step sign-in"))
    st.page_link("access/second_factor.py", label=label, icon=":material/phonelink_lock:")


def my_language() -> None:
    """Choose the language, and which mails come."""
    account = kit.ask(own_account)
    if kit.operate(change_language, f"language-{account.language}", initial=account, submit=_(N_("Use this language"))):
        st.rerun()
    st.subheader(_(N_("Mails")), anchor=False)
    if kit.operate(
        choose_mails, f"mails-{account.call_mails}", initial=account, submit=_(N_("Save")), done=_(N_("Saved."))
    ):
        st.rerun()


def my_look() -> None:
    """Let this browser be light or dark, or follow the device."""
    shown = st.context.cookies.get(THEME, "system")
    chosen = st.radio(
        _(N_("Shown in this browser")), list(THEMES), format_func=lambda theme: _(THEMES[theme]), horizontal=True,
        index=list(THEMES).index(shown) if shown in THEMES else 0, key="theme",
    )  # fmt: skip
    if st.button(_(N_("Show it so")), key="use-theme"):
        redirect(f"/theme/{chosen}?to=access-mine")
