"""The permission sets of an account, on its page."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from pages import kit
from services.access import AccountRow, WhichAssignment, assign, unassign


def assignments(actor: Actor, row: AccountRow) -> None:
    """Show and change what the account may do."""
    for one in row.assignments:
        with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small"):
            st.markdown(
                f"**{kit.literal(one.set_name)}**  \n{kit.literal(one.department or kit.said(one.reach))}",
                width="stretch",
            )
            taken = unassign.allowed(actor) and st.button(_(N_("Take away")), key=f"take-{one.id}")
        if taken and kit.do(unassign, WhichAssignment(id=one.id)):
            kit.flash(_(N_("Taken away. It holds from the person's next click on.")))
            st.rerun()
    if not row.assignments:
        st.info(_(N_("No permission set yet: this person sees only the own account.")))
    if assign.allowed(actor):
        with st.expander(_(N_("Give a permission set")), icon=":material/add:", expanded=not row.assignments):
            given = _(N_("Given. It holds from the person's next click on."))
            if kit.operate(assign, f"assign-{row.id}", fills={"account_id": row.id}, submit=_(N_("Give")), done=given):
                st.rerun()
