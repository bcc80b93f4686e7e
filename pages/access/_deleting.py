"""Deleting a permission set: who would lose what is shown first."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from services.access import DeletedSet, LosingAsk, SetRow, delete_set, losing


def deletion(chosen: SetRow, *, may_see: bool) -> None:
    """Offer to delete a set; where somebody has it, together with the list of who loses what."""
    with st.expander(_(N_("Delete this permission set")), icon=":material/delete:"):
        if chosen.accounts:
            st.warning(
                _(N_("{count} accounts have this permission set. It is taken from all of them at once."),
                  count=kit.number(chosen.accounts)), icon=":material/warning:",
            )  # fmt: skip
        if chosen.accounts and not may_see:
            st.caption(_(N_("You may not see who loses what. Ask a system administrator to delete it.")))
            return
        if chosen.accounts:
            _who(chosen)
        st.markdown(_(N_("This cannot be undone.")))
        # What is deleted is what was seen: a click on an older state finds no button, and the page shows the new one.
        seen = f"delete-{chosen.id}-{chosen.version}-{chosen.accounts}"
        if st.button(_(N_("Delete")), type="primary", key=seen) and kit.do(
            delete_set, DeletedSet(id=chosen.id, version=chosen.version, accounts=chosen.accounts)
        ):
            kit.flash(_(N_("Deleted.")))
            st.query_params.pop("id", None)
            st.rerun()


def _who(chosen: SetRow) -> None:
    kit.table(
        losing, kit.filters(LosingAsk, key="losing", fills={"set_id": chosen.id}), key="losing",
        columns={
            "name": kit.Column(_(N_("Name")), sort="name"), "code": _(N_("Code")), "reach": _(N_("Reach")),
            "loses": _(N_("Loses")), "status": _(N_("Status")),
        },
        opens=lambda row: ("access/account.py", {"id": row.account_id}),
    )  # fmt: skip
