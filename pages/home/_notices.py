"""The notices for oneself, as Home shows them."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from pages import kit
from services.home import OwnNotice, WhichRead, own_notices, read_notice


def show_notices(actor: Actor) -> None:
    """Show the notices for the actor: unread ones open, the others folded away."""
    found = kit.ask(own_notices)
    unread = [one for one in found.rows if not one.read]
    read = [one for one in found.rows if one.read]
    title = _(N_("Notices"))
    if unread:
        title = _(N_("Notices ({count} unread)"), count=kit.number(len(unread)))
    st.subheader(title, anchor=False)
    for one in unread:
        _show(one)
    if not unread:
        st.caption(_(N_("You have read all notices.")) if read else _(N_("There are no notices at the moment.")))
    if read:
        with st.expander(_(N_("Notices that you have read ({count})"), count=kit.number(len(read)))):
            for one in read:
                _text(one)
    if actor.may("home.notices", What.READ):
        st.page_link("home/notices.py", label=_(N_("All notices, write one")), icon=":material/edit_note:")


def _show(one: OwnNotice) -> None:
    with st.container(border=True, gap="small"):
        _text(one)
        if st.button(_(N_("I have read this")), icon=":material/done:", key=f"read-{one.id}") and kit.do(
            read_notice, WhichRead(id=one.id)
        ):
            st.rerun()


def _text(one: OwnNotice) -> None:
    until = _(N_("until {day}"), day=kit.day(one.until_on)) if one.until_on else ""
    st.markdown(f"**{kit.literal(one.title)}** :small[{kit.day(one.from_on)}　{until}]")
    kit.prose(one.text)
