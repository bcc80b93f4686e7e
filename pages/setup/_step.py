"""One step of the setup guide: what was found, who sees to it until when, the button to its page."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import labelled
from pages import kit
from pages.kit.menu import offered
from services.setup import StepMark, StepRow, StepState, assign_step, mark_step

LOOK = {
    StepState.DONE: (":material/check_circle:", "green", N_("Done")),
    StepState.OPEN: (":material/radio_button_unchecked:", "gray", N_("Open")),
    StepState.ATTENTION: (":material/error:", "orange", N_("Needs attention")),
}


def show_step(actor: Actor, step: StepRow, *, is_next: bool) -> None:
    """Show a step."""
    icon, colour, word = LOOK[step.state]
    may = actor.may("setup.assign_step", What.DO)
    with st.container(border=True):
        title, finding, button = st.columns([5, 6, 2], vertical_alignment="center")
        title.markdown(f"**{step.number}. {step.title}**  \n:small[{step.purpose}]")
        with finding:
            st.markdown(f":{colour}-badge[{icon} {_(word)}] {step.finding}")
            show_duty(step, may=may)
        with button:
            if st.button(_(N_("Open step")), key=f"open-{step.key}", type="primary" if is_next else "secondary",
                         width="stretch", help=_(N_("Go to the page for “{title}”"), title=step.title)):  # fmt: skip
                kit.go(f"{step.page}.py")
            if step.beside in {entry.path for entry in offered()}:
                kit.way_to(step.beside)
            if step.confirmable and actor.may("setup.mark", What.DO):
                settle(step)
        if may and kit.is_open(step.key):
            edit(step)


def show_duty(step: StepRow, *, may: bool) -> None:
    """Say who sees to a step, until when; offer to change it to who may."""
    said = duty(step)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if said:
            st.markdown(f":small[{said}]", width="content")
        if may:
            kit.edit_button(step.key, _(N_("Owner and due date")), quiet=True)


def duty(step: StepRow) -> str:
    """Return who sees to a step, until when."""
    parts = []
    if step.owner:
        parts.append(labelled(_(N_("Owner")), kit.literal(step.owner)))
    if step.due_on:
        due = labelled(_(N_("Due on")), kit.day(step.due_on))
        late = _(N_("Overdue"))
        parts.append(f":red-badge[:material/event_busy: {late}] {due}" if step.overdue else due)
    if not step.owner_sees:
        parts.append(_(N_("may not see the guide any more: choose another owner")))
    return "　".join(parts)


def settle(step: StepRow) -> None:
    """Let a person settle a step that no data can show, or open it again."""
    settled = step.state is StepState.DONE
    label = N_("Open again") if settled else N_("Settled")
    if st.button(_(label), key=f"mark-{step.key}", width="stretch") and kit.do(
        mark_step, StepMark(step=step.key, settled=not settled)
    ):
        st.rerun()


def edit(step: StepRow) -> None:
    """Ask who sees to a step, until when."""
    key = f"step-{step.key}-{step.duty_version}"
    saved = kit.operate(
        assign_step, key, initial=step, fills={"step": step.key, "version": step.duty_version},
        rows=[("owner_id", "due_on")], also={"owner_id": {step.owner_id: step.owner}} if step.owner_id else {},
        submit=_(N_("Save")), done=_(N_("Saved.")),
    )  # fmt: skip
    kit.close_after(saved, key)
