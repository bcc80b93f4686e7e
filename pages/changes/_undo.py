"""Undoing a change-set: the preview says what it would overwrite, the person decides, the result says what was done."""

from collections.abc import Sequence

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import aside, number
from pages import kit
from services.changes import UndoState, list_standing, prepare_undo, show_undo, undo
from services.changes.search import SetRow, WhichSet
from services.changes.standing import StandingAsk, StandingRow
from services.changes.steps import Decision, UndoRow, WhichUndo

RULES = N_(
    "Changed records get their former values back, retired ones return with their departments. Records that were added "
    "are removed; those that something else refers to by now are retired instead."
)


def offer(found: SetRow) -> None:
    """Offer to look at what an undo would do; nothing is changed by that."""
    if st.button(_(N_("Undo (look first)")), icon=":material/undo:", key="prepare"):
        looked = kit.do(prepare_undo, WhichSet(id=found.id))
        if looked:
            st.query_params["undo"] = str(looked.result.id)
            st.rerun()


def show_preview(undo_id: int, actor: Actor) -> None:
    """Show where an undo stands: being looked at, the preview, what was done."""
    found = kit.ask(show_undo, WhichUndo(id=undo_id))
    with st.container(border=True):
        st.subheader(_(N_("Undo")), anchor=False)
        at_work = found.state in {UndoState.CHECKING, UndoState.UNDOING}
        if at_work and found.work_id and kit.progress(found.work_id):
            found = kit.ask(show_undo, WhichUndo(id=undo_id))
        if found.state is UndoState.CHECKED:
            decide(found)
        elif found.state is UndoState.UNDONE:
            tell(found)
        elif found.state is UndoState.FAILED:
            st.error(kit.literal(found.message or _(N_("It could not be done."))), icon=":material/error:")
            again(found)
        if found.state is UndoState.CHECKED and actor.may("changes.undo_rows", What.READ):
            show_standing(found)


def decide(found: UndoRow) -> None:
    """Show the preview and let the person decide."""
    free, touched, blocked = (found.counts[name] for name in ("free", "touched", "blocked"))
    with st.container(horizontal=True, gap="small"):
        for label, count in (
            (N_("Go back"), free), (N_("Changed since"), touched), (N_("Cannot go back"), blocked),
        ):  # fmt: skip
            st.metric(_(label), _(N_("{count} records"), count=number(count)), border=True, width=170)
    st.markdown(_(RULES))
    overwrite = False
    if touched:
        ways = {
            False: _(N_("Only those that nobody changed since ({count})"), count=number(free)),
            True: _(N_("All, and overwrite what was changed since ({count})"), count=number(free + touched)),
        }
        overwrite = bool(
            st.radio(_(N_("Which records go back")), list(ways), format_func=ways.__getitem__, key="overwrite")
        )
    going = free + touched if overwrite else free
    label = _(N_("Undo ({count})"), count=number(going))
    with st.container(horizontal=True, gap="small"):
        if not going:
            st.info(_(N_("There is nothing that could go back.")), icon=":material/info:")
        elif st.button(label, type="primary", icon=":material/undo:", key="undo"):
            kit.confirm(
                _(N_("Undo this change-set?")),
                _(N_("{count} records go back, all at once. The undo is a change-set itself and can be undone."),
                  count=number(going)),
                yes=_(N_("Undo")), then=lambda: kit.do(undo, Decision(id=found.id, overwrite=overwrite)),
            )  # fmt: skip
        leave(found)


def tell(found: UndoRow) -> None:
    """Say what was done."""
    st.success(
        _(N_("Undone: {count} records went back."), count=number(found.counts["done"])), icon=":material/check_circle:"
    )
    if found.counts["stayed"]:
        st.warning(
            _(N_("{count} records stayed as they are: they are as they were already, or still in use."),
              count=number(found.counts["stayed"])),
            icon=":material/info:",
        )  # fmt: skip
    leave(found)


def again(found: UndoRow) -> None:
    """Offer to look once more."""
    if st.button(_(N_("Look again")), icon=":material/refresh:", key="again") and (
        looked := kit.do(prepare_undo, WhichSet(id=found.set_id))
    ):
        st.query_params["undo"] = str(looked.result.id)
        st.rerun()
    leave(found)


def leave(found: UndoRow) -> None:
    """Offer to close this part of the page."""
    if st.button(_(N_("Close this part")), key="leave", type="tertiary"):
        st.query_params.from_dict({"id": str(found.set_id)})
        st.rerun()


def show_standing(found: UndoRow) -> None:
    """Show the records that do not simply go back, each with what stands against it."""
    if not found.counts["touched"] + found.counts["blocked"]:
        return
    st.subheader(_(N_("What stands against it")), anchor=False)
    kit.paged(
        list_standing, kit.filters(StandingAsk, key="standing", fills={"id": found.id}), draw, key="standing",
        unit=N_("{count} records"), empty=_(N_("No record that you may see is like this.")),
    )  # fmt: skip


def draw(rows: Sequence[StandingRow]) -> None:
    """Show who changed what since, and what the undo would make of it."""
    kit.differences(
        [_(N_("Record")), _(N_("What stands against it")), _(N_("Changed by")), _(N_("When"))],
        [
            kit.Group(
                (aside(row.name, row.kind_title), row.standing, row.by, row.at), row.overwritten,
                instead=row.reason,
            )
            for row in rows
        ],
        before=_(N_("Now")), after=_(N_("After the undo")),
    )  # fmt: skip
