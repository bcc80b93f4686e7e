"""Sign-in (ログイン): the page of everybody who is not signed in, at whatever address they came."""

from urllib.parse import urlsplit

import streamlit as st

from core.i18n import N_, _
from core.settings import settings
from pages import kit
from pages.access import _provider
from pages.kit import authenticator
from pages.kit.flash import show_flashes
from pages.kit.guard import open_to_all
from pages.kit.outside import NO_COOKIES, browser_hash, heading
from pages.kit.redirect import redirect
from services import access

HALF = "sign-in.half"
"""The code of a right password that waits for the second factor; it is worth nothing in another browser."""

FORGOT = "forgot"


def form(browser: bytes) -> None:
    """Ask for the login name and the password, in a way that password managers understand."""
    with st.form("sign-in"):
        login = st.text_input(_(N_("Login name")), max_chars=100, autocomplete="username", key="login")
        password = st.text_input(_(N_("Password")), type="password", autocomplete="current-password", key="password")
        sent = st.form_submit_button(_(N_("Sign in")), type="primary", width="stretch", key="submit")
    if sent and not browser:
        st.error(_(NO_COOKIES))
    elif sent:
        passed = authenticator.check(login or "", password or "", browser, network())
        if passed is None:
            wrong(_(N_("The login name or the password is wrong.")))
        elif passed.half:
            st.session_state[HALF] = passed.code
            st.rerun()
        else:
            leave(passed.code)
    st.caption(_(N_("No password yet? An administrator can make a one-time link for you.")))
    if st.button(_(N_("Forgot your password?")), type="tertiary", key="to-forgot"):
        st.query_params[FORGOT] = "1"
        st.rerun()


def second_step(half: str, browser: bytes) -> None:
    """Ask for a code of the app on the phone, or a recovery code."""
    st.markdown(_(N_("So far it is right. Enter the six digits of the app on your phone, or a recovery code.")))
    with st.form("second-step"):
        typed = st.text_input(_(N_("Verification code")), max_chars=40, autocomplete="one-time-code", key="code")
        sent = st.form_submit_button(_(N_("Sign in")), type="primary", width="stretch", key="submit-code")
    if sent and (typed or "").strip():
        second = authenticator.check_second(half, typed, browser, network())
        if second.over:
            del st.session_state[HALF]
            kit.flash(second.over, "info")
            st.rerun()
        elif second.code is None:
            wrong(_(N_("The code is wrong, or was used before. Wait for the next one.")))
        else:
            leave(second.code)
    if st.button(_(N_("Start again")), type="tertiary", key="again"):
        del st.session_state[HALF]
        st.rerun()


def forgot() -> None:
    """Take a login name and have a mail sent, with one answer for every name."""
    st.subheader(_(N_("Forgot your password?")), anchor=False)
    st.markdown(_(N_("Enter your login name. A link to set a new password comes by mail, good for 30 minutes.")))
    with st.form("forgot"):
        login = st.text_input(_(N_("Login name")), max_chars=100, autocomplete="username", key="forgotten")
        sent = st.form_submit_button(_(N_("Send the mail")), type="primary", width="stretch", key="send")
    asked = {"login": login or "", "network": network()}
    if sent and kit.do(access.forgot_password, asked, nobody="forgotten password"):
        sentence = N_(
            "If there is an account of this name with a mail address that works, a mail is on its way. If none comes, "
            "ask an administrator for a one-time link."
        )
        st.success(_(sentence), icon=":material/mail:")
    if st.button(_(N_("Back to the sign-in")), type="tertiary", key="back"):
        del st.query_params[FORGOT]
        st.rerun()


def network() -> str:
    """Return from where somebody tries."""
    return access.network_of(st.context.ip_address)


def wrong(sentence: str) -> None:
    """Say that it was not right, and what comes of many such tries."""
    closed = _(N_("After 10 wrong ones, no more are taken from here for 15 minutes."))
    st.error(f"{sentence} {closed}", icon=":material/error:")


def leave(code: str) -> None:
    """Send the browser to where the code becomes a cookie, and back to the page that it wanted."""
    st.session_state.pop(HALF, None)
    redirect(f"/session/open?code={code}&to={urlsplit(st.context.url or '').path.strip('/')}")
    st.success(_(N_("Signed in. One moment …")))


open_to_all()
_left, middle, _right = st.columns([1, 2, 1])
with middle:
    heading()
    show_flashes()
    if st.query_params.get("late"):
        st.info(_(N_("That took too long, or was done in another browser. Sign in once more.")))
    if st.query_params.get("set"):
        st.success(_(N_("Your new password is set. Sign in with it.")))
    tied_to = bytes.fromhex(browser_hash() or "")
    if half := _provider.half_code():
        st.session_state[HALF] = half
    if tied_to and HALF in st.session_state:
        second_step(st.session_state[HALF], tied_to)
    elif st.query_params.get(FORGOT) and settings().takes_passwords:
        forgot()
    else:
        _provider.offer()
        if settings().takes_passwords:
            form(tied_to)
