"""Two-step sign-in (二段階認証) of the own account: set up with an app on the phone, recovery codes, off again."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.access import (
    FactorCode,
    OwnFactor,
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    own_second_factor,
    renew_recovery_codes,
)

CODES = "second-factor.codes"
QR = '<img src="/second-factor/qr" width="220" height="220" alt="{}">'
WRONG = N_("This code is wrong, or was used before. After 10 wrong ones, no more are taken for 15 minutes.")


def set_up(own: OwnFactor) -> None:
    """Show the secret as a picture and as text, and ask for the first code."""
    if own.secret is None:
        st.markdown(_(N_("After the password, the sign-in asks for six digits that an app on your phone shows.")))
        st.markdown(_(N_("You need such an app, for instance Google Authenticator or Microsoft Authenticator.")))
        if st.button(_(N_("Set up")), type="primary", icon=":material/phonelink_lock:", key="begin") and kit.do(
            begin_second_factor
        ):
            st.rerun()
        return
    picture, words = st.columns([1, 2])
    with picture:
        st.html(QR.format(_(N_("QR code for the app; the same stands beside it as text"))))
    with words:
        st.markdown(_(N_("1. Scan the code with the app, or type this key into it:")))
        st.code(own.secret, language=None, wrap_lines=True)
        st.markdown(_(N_("2. Enter the six digits that the app shows now.")))
        done = kit.operate(confirm_second_factor, "confirm", submit=_(N_("Switch on")))
    if done:
        st.session_state[CODES] = done.result.codes
        st.rerun()


def show_codes(codes: list[str]) -> None:
    """Show the recovery codes, this once."""
    st.success(_(N_("Two-step sign-in is on.")), icon=":material/check_circle:")
    st.markdown(_(N_("Print these recovery codes or write them down. Each opens once if the phone is lost.")))
    st.code("\n".join(codes), language=None)
    st.warning(_(N_("They are shown only now.")), icon=":material/visibility_off:")
    if st.button(_(N_("I have kept them")), type="primary", key="kept"):
        del st.session_state[CODES]
        st.rerun()


def change(own: OwnFactor) -> None:
    """Make new recovery codes, or switch it off; both ask for a code."""
    kit.facts({_(N_("On since")): own.since, _(N_("Recovery codes left")): own.codes_left})
    st.subheader(_(N_("New recovery codes")), anchor=False)
    renewed = kit.operate(renew_recovery_codes, "renew", submit=_(N_("Make new ones; the old ones are void")))
    if renewed and renewed.result.codes:
        st.session_state[CODES] = renewed.result.codes
        st.rerun()
    if renewed:
        st.error(_(WRONG), icon=":material/error:")
    st.subheader(_(N_("Another phone, or switch off")), anchor=False)
    if own.required:
        st.markdown(_(N_("Your organisation requires it: after switching off, you set it up anew at once.")))
    entered = kit.form(FactorCode, "drop", submit=_(N_("Switch off")))
    dropped = kit.do(drop_second_factor, entered) if entered else None
    if dropped and dropped.result.done:
        kit.clear("drop")
        kit.flash(_(N_("Two-step sign-in is off.")))
        st.rerun()
    if dropped:
        st.error(_(WRONG), icon=":material/error:")


actor = guard()
kit.header(_(N_("Two-step sign-in")), _(N_("Protects your account even if somebody learns your password.")))
if actor.confined:
    st.warning(_(N_("Your organisation requires two-step sign-in. Set it up, then everything else opens.")))
factor = kit.ask(own_second_factor)
if CODES in st.session_state:
    show_codes(st.session_state[CODES])
elif factor.since is None:
    set_up(factor)
else:
    change(factor)
