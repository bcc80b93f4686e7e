"""Permission sets (権限セット, X06): the permission master as a matrix, by category and process, with one save."""

from collections.abc import Iterable
from itertools import groupby

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.access import ProcessRow, SetRow, WhichSet, delete_set, edit_set, list_processes, list_sets

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


def matrix(chosen: SetRow, processes: list[ProcessRow], *, changeable: bool) -> None:
    """Show name, purpose and one box for each process, and save all of it at once."""
    with st.form(f"set-{chosen.id}-{chosen.version}", enter_to_submit=False, border=False):
        name, purpose = st.columns([1, 2])
        name_label = _(N_("{label} (required)"), label=_(N_("Name")))
        values = {
            "name": name.text_input(name_label, chosen.name, 60, disabled=not changeable),
            "description": purpose.text_input(_(N_("Purpose")), chosen.description, 200, disabled=not changeable),
        }  # fmt: skip
        for title, rows in groupby(processes, key=lambda row: row.category_title):
            st.markdown(f"#### {title}")
            boxes(chosen, list(rows), changeable=changeable and not chosen.everything)
        saved = changeable and st.form_submit_button(_(N_("Save")), type="primary", key="save")
    if saved:
        save(chosen, values, processes)


def boxes(chosen: SetRow, rows: Iterable[ProcessRow], *, changeable: bool) -> None:
    """Show the boxes of one category in columns."""
    columns = st.columns(3)
    for at, row in enumerate(rows):
        columns[at % 3].checkbox(
            f"{row.title} :gray-badge[{kit.said(row.what)}]",
            chosen.everything or row.grant in chosen.grants,
            key=box(chosen, row), disabled=not changeable, help=row.process,
        )  # fmt: skip


def box(chosen: SetRow, row: ProcessRow) -> str:
    """Return the key of a box, new with each version of the set."""
    return f"{chosen.id}-{chosen.version}-{row.grant}"


def save(chosen: SetRow, values: dict[str, str], processes: list[ProcessRow]) -> None:
    """Store the set as it stands on the page."""
    grants = [row.grant for row in processes if st.session_state[box(chosen, row)] and not chosen.everything]
    done = kit.do(edit_set, {**values, "grants": grants, "id": chosen.id or None, "version": chosen.version})
    if done:
        kit.flash(_(N_("Saved. It holds from the next click of everybody who has this permission set.")))
        st.query_params["id"] = str(done.result.id)
        st.rerun()


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
