"""The schedule of the setup: dates proposed from a start, and files of it."""

import streamlit as st

from core import clock
from core.actor import Actor, What
from core.i18n import N_, _
from core.inputs import Nothing
from pages import kit
from services.setup import CalendarAsk, GuideRow, calendar, propose_dates, schedule

ICON = ":material/calendar_month:"


def show_schedule(actor: Actor, shown: GuideRow) -> None:
    """Offer to set dates, and to take them out, to those who may."""
    proposing = actor.may("setup.propose_dates", What.DO)
    exporting = actor.looker is None and actor.may("setup.schedule", What.EXPORT)
    into_calendar = actor.looker is None and actor.may("setup.calendar", What.EXPORT)
    if not (proposing or exporting or into_calendar):
        return
    dated = any(step.due_on for step in shown.steps)
    with st.expander(_(N_("Schedule of thirty days")), icon=ICON, expanded=not dated):
        if proposing:
            propose(dated=dated)
        with st.container(horizontal=True, gap="small"):
            if exporting:
                address = kit.file_address(schedule, Nothing(), "xlsx")
                st.link_button(_(N_("Excel workbook (xlsx)")), address, icon=":material/grid_on:")
            if into_calendar and dated:
                for mine, label in ((False, N_("Calendar (ics)")), (True, N_("Only my steps (ics)"))):
                    st.link_button(_(label), kit.file_address(calendar, CalendarAsk(mine=mine)), icon=ICON)
        if into_calendar and dated:
            st.caption(_(N_("Open the ics file with Outlook, Google Calendar or Apple Calendar. After a change take it "
                            "out and import it again: events are moved, none is there twice.")))  # fmt: skip


def propose(*, dated: bool) -> None:
    """Ask for the start and set the dates."""
    st.markdown(_(N_("From the day on which you begin, each step gets a working day within thirty days; Japanese "
                     "holidays are left out. Owners and single dates are set at each step.")))  # fmt: skip
    if dated:
        st.caption(_(N_("Dates that were set before are replaced.")))
    if kit.operate(
        propose_dates, "propose", initial={"starts_on": clock.today()}, submit=_(N_("Set the dates")),
        done=_(N_("The dates are set.")),
    ):  # fmt: skip
        st.rerun()
