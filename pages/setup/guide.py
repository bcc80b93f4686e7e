"""Setup guide (導入ガイド, D17): the steps with state, owner and due date, and their schedule as files."""

from datetime import datetime

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.shown import aside
from pages import kit
from pages.kit.guard import guard
from pages.setup._schedule import show_schedule
from pages.setup._step import show_step
from services.setup import STEP_COUNT, count_again, guide

actor = guard("setup.guide")


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
kit.header(
    _(N_("Setup guide")),
    _(N_("The steps to regular use; their state comes from the data.")),
)
late = sum(step.overdue for step in shown.steps)
done = _(N_("{done} of {all} steps done"), done=shown.done, all=len(shown.steps))
st.progress(
    shown.done / max(len(shown.steps), 1), text=aside(done, _(N_("{count} overdue"), count=late)) if late else done
)
if len(shown.steps) < STEP_COUNT:
    left_out = STEP_COUNT - len(shown.steps)
    st.caption(_(N_("The operations plan leaves out {count} of {all} steps."), count=left_out, all=STEP_COUNT))
    if actor.may("setup.plan", What.READ):
        kit.way_to("setup/plan.py")
if shown.counted_at:
    show_when(shown.counted_at)
if shown.next:
    st.markdown(_(N_("Next: **{number}. {title}**"), number=shown.next.number, title=shown.next.title))
else:
    st.success(_(N_("All steps are done. Renraku is ready for everyday use.")))
show_schedule(actor, shown)
for each in shown.steps:
    show_step(actor, each, is_next=shown.next is not None and each.key == shown.next.key)
