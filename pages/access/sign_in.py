"""Sign-in (ログイン): the page of everybody who is not signed in, at whatever address they came."""

from urllib.parse import urlsplit

import streamlit as st

from core.i18n import N_, _
from pages.kit import authenticator
from pages.kit.guard import open_to_all
from pages.kit.outside import NO_COOKIES, browser_hash, heading
from pages.kit.redirect import redirect


def form() -> None:
    """Ask for the login name and the password, in a way that password managers understand."""
    with st.form("sign-in"):
        login = st.text_input(_(N_("Login name")), max_chars=100, autocomplete="username", key="login")
        password = st.text_input(_(N_("Password")), type="password", autocomplete="current-password", key="password")
        sent = st.form_submit_button(_(N_("Sign in")), type="primary", width="stretch", key="submit")
    if sent:
        answer(login or "", password or "")


def answer(login: str, password: str) -> None:
    """Send the browser on with a one-time code, or say one and the same sentence for every failure."""
    browser = browser_hash()
    if browser is None:
        st.error(_(NO_COOKIES))
        return
    code = authenticator.check(login, password, bytes.fromhex(browser)) if login.strip() else None
    if code is None:
        wrong = N_("The login name or the password is wrong. After 10 wrong ones, an account is closed for 15 minutes.")
        st.error(_(wrong), icon=":material/error:")
        return
    redirect(f"/session/open?code={code}&to={urlsplit(st.context.url or '').path.strip('/')}")
    st.success(_(N_("Signed in. One moment …")))


open_to_all()
_left, middle, _right = st.columns([1, 2, 1])
with middle:
    heading()
    if st.query_params.get("late"):
        st.info(_(N_("That took too long, or was done in another browser. Sign in once more.")))
    form()
    st.caption(_(N_("No password yet, or forgotten? An administrator can make a one-time link for you.")))
