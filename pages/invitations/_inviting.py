"""Inviting people: addresses as they are pasted, people of the register, and what waits for them."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from core.shown import aside
from pages import kit
from services.invitations import Invited, invite_members
from services.people import search_people
from services.people.search import PeopleAsk

KNOWN = "invite.known"
SKIPPED = "invite.skipped"
MOST_FOUND = 50


def inviting(actor: Actor) -> None:
    """Ask whom to invite and with what, and say afterwards who was not, and why."""
    if SKIPPED in st.session_state:
        _left_out(st.session_state[SKIPPED])
    with st.expander(_(N_("Invite people")), icon=":material/person_add:"):
        chosen = _people() if search_people.allowed(actor) else []
        done = kit.operate(
            invite_members, "invite", fills={"person_ids": chosen}, submit=_(N_("Send invitations")),
            rows=["addresses", "set_ids", ("reach", "reach_department_id"), ("department_id", "language")],
        )  # fmt: skip
    if done:
        kit.flash(_(N_("Invited: {count}. The mails go out in a moment."), count=done.result.invited))
        st.session_state.pop(KNOWN, None)
        st.session_state.pop("invite.people", None)
        st.session_state[SKIPPED] = done.result
        st.rerun()


def _people() -> list[int]:
    known: dict[int, str] = st.session_state.setdefault(KNOWN, {})
    text = st.text_input(
        _(N_("Find people of the register without an account")), key="invite.find", max_chars=100,
        icon=":material/search:", placeholder=_(N_("Name, kana or code")),
    )  # fmt: skip
    if text.strip():
        found = kit.ask(search_people, PeopleAsk(text=text.strip(), size=MOST_FOUND)).rows
        without = {row.id: aside(row.name, row.code) for row in found if not row.login}
        known.update(without)
        if not without:
            st.caption(_(N_("Nobody without an account is called so.")))
    if not known:
        return []
    return st.multiselect(
        _(N_("People")), list(known), format_func=known.__getitem__, key="invite.people", placeholder=_(N_("Choose"))
    )


def _left_out(invited: Invited) -> None:
    del st.session_state[SKIPPED]
    if invited.skipped:
        st.warning(_(N_("Not invited: {count}"), count=len(invited.skipped)), icon=":material/person_off:")
        head = [_(N_("Entered")), _(N_("Reason"))]
        kit.rows(head, [(one.text, one.reason) for one in invited.skipped], label=_(N_("Not invited")))
