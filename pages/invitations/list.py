"""Invitations (招待, C10): who was invited by mail with what, where each stands, sent again or withdrawn."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from pages import kit
from pages.invitations._inviting import inviting
from pages.kit.guard import guard
from services.invitations import (
    InvitationRow,
    InvitationsAsk,
    WhichInvitations,
    invite_members,
    resend_invitations,
    search_invitations,
    withdraw_invitations,
)


def columns() -> dict[str, kit.Column | str]:
    """Return what the list shows."""
    return {
        "address": _(N_("Mail address")),
        "name": _(N_("Name")),
        "state": _(N_("State")),
        "sets": _(N_("Permission sets")),
        "reach": _(N_("Reach")),
        "inviter": _(N_("Invited by")),
        "invited_at": _(N_("Invited at")),
        "expires_at": _(N_("Valid until")),
        "trouble": _(N_("What the mail server said")),
    }


def handling(actor: Actor, picked: list[InvitationRow]) -> None:
    """Do something with the invitations that were picked."""
    if not picked:
        st.caption(_(N_("Tick invitations to send them again or to withdraw them.")))
        return
    which = WhichInvitations(ids=[row.id for row in picked])
    again = withdrawn = False
    with st.container(horizontal=True, gap="small"):
        if resend_invitations.allowed(actor) and invite_members.allowed(actor):
            again = st.button(_(N_("Send again")), icon=":material/forward_to_inbox:", key="again", type="primary")
        if withdraw_invitations.allowed(actor):
            with st.popover(_(N_("Withdraw"))):
                st.markdown(_(N_("Their links open nothing from then on.")))
                withdrawn = st.button(_(N_("Withdraw")), key="withdraw", type="primary")
    if again and (done := kit.do(resend_invitations, which)):
        kit.flash(_(N_("Sent again: {count}. The links before are void."), count=done.result.count))
        st.rerun()
    if withdrawn and (gone := kit.do(withdraw_invitations, which)):
        kit.flash(_(N_("Withdrawn: {count}"), count=gone.result.count))
        st.rerun()


actor = guard("invitations.search")
kit.header(
    _(N_("Invitations")),
    _(N_("People become members by a link in a mail, valid 72 hours. What they may do is chosen before.")),
)
if invite_members.allowed(actor):
    inviting(actor)
question, empty = kit.filters(InvitationsAsk), _(N_("Nobody was invited like this."))
if resend_invitations.allowed(actor) or withdraw_invitations.allowed(actor):
    handling(actor, kit.pick(search_invitations, question, columns=columns(), empty=empty))
else:
    kit.table(search_invitations, question, columns=columns(), empty=empty)
