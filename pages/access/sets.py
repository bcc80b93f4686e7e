"""Permission sets (権限セット, X06): the permission master as a matrix, by category and process, with one save."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from core.shown import aside
from pages import kit
from pages.access._deleting import deletion
from pages.access._matrix import matrix
from pages.access._role_gap import role_gap
from pages.access._side_by_side import side_by_side
from pages.kit.guard import guard
from services.access import (
    ProcessRow,
    RoleGap,
    SetRow,
    delete_set,
    edit_set,
    edit_sets,
    list_processes,
    list_sets,
    losing,
    role_gaps,
    who_may,
)

NEW = SetRow(
    id=0, name="", description="", shipped=False, everything=False, grants=[], accounts=0, version=0
)  # fmt: skip


def choose(sets: list[SetRow], gaps: dict[int, RoleGap]) -> SetRow:
    """Let one of the sets be picked, or a new one; the choice lives in the address."""
    by_id = {row.id: row for row in [*sets, NEW]}
    names = {row.id: kit.literal(row.name) for row in sets} | {0: _(N_("＋ New permission set"))}
    names |= {one: aside(names[one], _(N_("{count} new"), count=len(gap.lacks))) for one, gap in gaps.items()}
    wanted = kit.number_if_any("id")
    st.session_state["set"] = wanted if wanted in by_id else sets[0].id
    return by_id[st.radio(
        _(N_("Permission set")), list(names), format_func=names.__getitem__, key="set", horizontal=True,
        on_change=lambda: st.query_params.update(id=str(st.session_state["set"])),
    )]  # fmt: skip


def one(actor: Actor, sets: list[SetRow], processes: list[ProcessRow], word: str) -> None:
    """Show one set with all that can be done with it."""
    gaps = {gap.set_id: gap for gap in kit.ask(role_gaps)} if role_gaps.allowed(actor) else {}
    chosen = choose(sets, gaps)
    if chosen.everything:
        st.info(_(N_("System administrators may do everything, including what later versions add.")))
    elif chosen.id:
        st.caption(_(N_("{count} accounts have this permission set."), count=chosen.accounts))
    if chosen.id in gaps:
        role_gap(gaps[chosen.id], processes, changeable=edit_sets.allowed(actor))
    matrix(chosen, processes, changeable=edit_set.allowed(actor), word=word)
    if chosen.id and not chosen.shipped and delete_set.allowed(actor):
        deletion(chosen, may_see=losing.allowed(actor))


actor = guard("access.sets")
kit.header(_(N_("Permission sets")), _(N_("What may be done, process by process. Accounts get sets, with a reach.")))
if who_may.allowed(actor):
    st.page_link("access/who.py", label=_(N_("Who may do this?")), icon=":material/person_search:")
sets, processes = kit.ask(list_sets), kit.ask(list_processes)
shown = kit.view({"one": _(N_("One set")), "all": _(N_("Side by side"))})
word = st.text_input(
    _(N_("Find a permission")), key="word", max_chars=100, icon=":material/search:",
    placeholder=_(N_("A word of its name or category")),
)  # fmt: skip
if shown == "all":
    side_by_side(sets, processes, changeable=edit_sets.allowed(actor), word=word.strip())
else:
    one(actor, sets, processes, word.strip())
