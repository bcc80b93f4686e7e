"""Home (ホーム): what needs me today, notices for me, how far the setup is. Everybody lands here."""

import streamlit as st

from core import clock
from core.actor import What
from core.i18n import N_, _
from core.needs import Need, Urgency
from core.shown import aside
from pages import kit
from pages.home._notices import show_notices
from pages.kit import menu
from pages.kit.guard import guard
from services.home import what_needs_me
from services.setup import standing

actor = guard()
LOOK = {Urgency.NOW: ("red", "error"), Urgency.TODAY: ("orange", "today"), Urgency.LATER: ("gray", "schedule")}
WAYS_ON = ("people/list.py", "broadcasts/new.py", "broadcasts/list.py", "access/mine.py")


def show_need(need: Need) -> None:
    """Show one thing that waits: how soon, what, how many; it leads to its page."""
    colour, icon = LOOK[need.urgency]
    badge = f":{colour}-badge[:material/{icon}: {kit.said(need.urgency)}]"
    amount = f"　**{kit.literal(need.amount)}**" if need.amount else ""
    with st.container(border=True):
        st.page_link(
            need.page, label=f"{badge}　{kit.literal(need.text)}{amount}",
            query_params={name: str(value) for name, value in need.values.items()},
        )  # fmt: skip


def show_ways_on() -> None:
    """Say that nothing waits, and where one could go."""
    st.success(_(N_("Nothing waits for you at the moment.")), icon=":material/check_circle:")
    st.caption(_(N_("You could go on here, or press Ctrl+K to find a person, a broadcast or a page.")))
    with st.container(horizontal=True, gap="small"):
        for entry in menu.offered():
            if entry.path in WAYS_ON:
                st.page_link(entry.path, label=_(entry.title), icon=f":material/{entry.icon}:", width="content")


def show_setup() -> None:
    """Show how far the setup is, until it is done, with the next step."""
    found = kit.ask(standing)
    if found is None or found.number is None:
        return
    st.subheader(_(N_("Setup")), anchor=False)
    with st.container(border=True, gap="small"):
        st.progress(
            found.done / found.steps, text=_(N_("{done} of {all} steps done"), done=found.done, all=found.steps)
        )
        st.markdown(_(N_("Next: **{number}. {title}**"), number=found.number, title=found.title))
        if found.counted_at:
            st.caption(_(N_("As of {moment}"), moment=kit.moment(found.counted_at)))
        with st.container(horizontal=True, gap="small"):
            if st.button(_(N_("To this step")), icon=":material/arrow_forward:", type="primary", key="next-step"):
                kit.go(found.page)
            if st.button(_(N_("Open the setup guide")), icon=":material/checklist:", key="guide"):
                kit.go("setup/guide.py")


kit.header(_(N_("Home")), f"{kit.day(clock.today())}　{actor.name}")
left, right = st.columns([3, 2], gap="large")
with left:
    waiting = kit.ask(what_needs_me)
    count = _(N_("{count} matters"), count=kit.number(len(waiting)))
    st.subheader(aside(_(N_("What needs you")), count) if waiting else _(N_("What needs you")), anchor=False)
    for need in waiting:
        show_need(need)
    if not waiting:
        show_ways_on()
with right:
    if actor.may("setup.standing", What.READ):
        show_setup()
    show_notices(actor)
