"""Permission sets (権限セット, X06): the permission master as a matrix, by category and process, with one save."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from pages import kit
from pages.access._matrix import matrix
from pages.kit.guard import guard
from services.access import SetRow, WhichSet, delete_set, edit_set, list_processes, list_sets

NEW = SetRow(
    id=0, name="", description="", shipped=False, everything=False, grants=[], accounts=0, version=0
)  # fmt: skip


def choose(sets: list[SetRow]) -> SetRow:
    """Let one of the sets be picked, or a new one; the choice lives in the address."""
    by_id = {row.id: row for row in [*sets, NEW]}
    names = {row.id: kit.literal(row.name) for row in sets} | {0: _(N_("＋ New permission set"))}
    wanted = kit.number_if_any("id")
    st.session_state["set"] = wanted if wanted in by_id else sets[0].id
    return by_id[st.radio(
        _(N_("Permission set")), list(names), format_func=names.__getitem__, key="set", horizontal=True,
        on_change=lambda: st.query_params.update(id=str(st.session_state["set"])),
    )]  # fmt: skip


def deletion(actor: Actor, chosen: SetRow) -> None:
    """Offer to delete a set that nobody has."""
    if chosen.shipped or not chosen.id or not actor.may(delete_set.name, delete_set.what):
        return
    with st.popover(_(N_("Delete this permission set")), icon=":material/delete:", disabled=bool(chosen.accounts)):
        st.markdown(_(N_("This cannot be undone.")))
        if st.button(_(N_("Delete")), type="primary", key="delete") and kit.do(delete_set, WhichSet(id=chosen.id)):
            kit.flash(_(N_("Deleted.")))
            st.query_params.pop("id", None)
            st.rerun()


actor = guard("access.sets")
kit.header(_(N_("Permission sets")), _(N_("What may be done, process by process. Accounts get sets, with a reach.")))
chosen = choose(kit.ask(list_sets))
if chosen.everything:
    st.info(_(N_("System administrators may do everything, including what later versions add.")))
elif chosen.id:
    st.caption(_(N_("{count} accounts have this permission set."), count=chosen.accounts))
matrix(chosen, kit.ask(list_processes), changeable=actor.may(edit_set.name, edit_set.what))
deletion(actor, chosen)
