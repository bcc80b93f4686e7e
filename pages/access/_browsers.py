"""Own page: the browsers in which one is signed in, and signing them out."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.redirect import signed_out
from services.access import (
    OwnSession,
    WhichSession,
    end_own_session,
    own_sessions,
    sign_out_all,
    sign_out_others,
)


def my_browsers() -> None:
    """Show each browser, with a button for it, and two for many."""
    found = kit.ask(own_sessions)
    for each in found:
        _browser(each)
    with st.container(horizontal=True, gap="small"):
        if any(not each.here for each in found):
            _others()
        _everywhere()


def _browser(row: OwnSession) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        this = _(N_("This browser"))
        name = f"**{kit.literal(row.device)}**" + (f" :green-badge[{this}]" if row.here else "")
        times = _(N_("Since {since}, last used {seen}"), since=kit.moment(row.since), seen=kit.moment(row.seen_at))
        st.markdown(f"{name}  \n:small[{times}　{kit.literal(row.address)}]", width="stretch")
        ended = not row.here and st.button(_(N_("Sign out there")), key=f"end-{row.id}", icon=":material/logout:")
    if ended and kit.do(end_own_session, WhichSession(id=row.id)):
        kit.flash(_(N_("Signed out there.")))
        st.rerun()


def _others() -> None:
    with st.popover(_(N_("Sign out all others"))):
        st.markdown(_(N_("This takes effect at once. What is not saved there is lost.")))
        if st.button(_(N_("Sign out all others")), key="others", type="primary") and (done := kit.do(sign_out_others)):
            kit.flash(_(N_("Browsers signed out: {count}"), count=done.result.sessions))
            st.rerun()


def _everywhere() -> None:
    with st.popover(_(N_("Sign out everywhere"))):
        st.markdown(_(N_("This takes effect at once, here too. What you have not saved is lost.")))
        if st.button(_(N_("Sign out everywhere")), key="everywhere", type="primary") and kit.do(sign_out_all):
            signed_out()
