"""Setup guide (導入ガイド, D17): the fourteen steps with their state, worked out from the data."""

from datetime import datetime

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.setup import StepMark, StepRow, StepState, count_again, guide, mark_step

actor = guard("setup.guide")

LOOK = {
    StepState.DONE: (":material/check_circle:", "green", N_("Done")),
    StepState.OPEN: (":material/radio_button_unchecked:", "gray", N_("Open")),
    StepState.ATTENTION: (":material/error:", "orange", N_("Needs attention")),
}


def show_step(step: StepRow, is_next: bool) -> None:
    """Show one step: number and title, what was found, the button to its page."""
    icon, colour, word = LOOK[step.state]
    with st.container(border=True):
        title, finding, button = st.columns([5, 6, 2], vertical_alignment="center")
        title.markdown(f"**{step.number}. {step.title}**  \n:small[{step.purpose}]")
        finding.markdown(f":{colour}-badge[{icon} {_(word)}] {step.finding}")
        with button:
            if st.button(_(N_("Open step")), key=f"open-{step.key}", type="primary" if is_next else "secondary",
                         width="stretch", help=_(N_("Go to the page for “{title}”"), title=step.title)):  # fmt: skip
                kit.go(f"{step.page}.py")
            if step.confirmable:
                settle(step)


def settle(step: StepRow) -> None:
    """Let a person settle a step that no data can show, or open it again."""
    settled = step.state is StepState.DONE
    label = N_("Open again") if settled else N_("Settled")
    if st.button(_(label), key=f"mark-{step.key}", width="stretch") and kit.do(
        mark_step, StepMark(step=step.key, settled=not settled)
    ):
        st.rerun()


def show_when(counted_at: datetime) -> None:
    """Say when people were counted, where that is done by a job; offer to do it now."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(_(N_("People counted: {moment}"), moment=kit.moment(counted_at)), width="content")
        if actor.may("setup.count", What.DO) and st.button(
            _(N_("Count again")), icon=":material/refresh:", type="tertiary", key="count-again"
        ):
            with st.spinner(_(N_("Counting everybody…"))):
                again = kit.do(count_again)
            if again:
                st.rerun()


shown = kit.ask(guide)
kit.header(_(N_("Setup guide")), _(N_("Fourteen steps to regular use; their state comes from the data.")))
st.progress(
    shown.done / len(shown.steps),
    text=_(N_("{done} of {all} steps done"), done=shown.done, all=len(shown.steps)),
)
if shown.counted_at:
    show_when(shown.counted_at)
if shown.next:
    st.markdown(_(N_("Next: **{number}. {title}**"), number=shown.next.number, title=shown.next.title))
else:
    st.success(_(N_("All steps are done. Renraku is ready for everyday use.")))
for each in shown.steps:
    show_step(each, shown.next is not None and each.key == shown.next.key)
