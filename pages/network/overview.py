"""The contact network (連絡網, D12): how many have registered what, what is to be mended, department by department."""

from datetime import datetime

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.inputs import label_of
from core.paging import COUNT_CAP
from core.shown import literal
from pages import kit
from pages.kit.guard import guard
from pages.network._tree import show_tree
from services.network import (
    Finding,
    Network,
    NetworkNow,
    count_again,
    network_counts,
)

actor = guard("network.counts")
LISTS = "network/people.py"
WAYS = (
    ("registration.guides", "registration/guide.py", "contact_mail"),
    ("network.contact_check", "network/contact_check.py", "mark_email_read"),
)
KINDS = ("company_mail", "private_mail", "mobile", "app", "line")
GROUPS = (
    (
        N_("Who cannot be reached"),
        (Finding.TO_MEND, Finding.NOTHING, Finding.FAILING, Finding.MISSED, Finding.DISPUTED),
    ),
    (
        N_("Mobile numbers"),
        (Finding.NUMBER_MISSING, Finding.NUMBER_MALFORMED, Finding.NUMBER_DUPLICATE, Finding.NUMBER_SHARED),
    ),
)


def show_when(counted_at: datetime) -> None:
    """Say when people were counted, where that is done by a job; offer to do it now."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(_(N_("People counted: {moment}"), moment=kit.moment(counted_at)), width="content")
        if actor.may("network.count", What.DO) and st.button(
            _(N_("Count again")), icon=":material/refresh:", type="tertiary", key="count-again"
        ):
            with st.spinner(_(N_("Counting everybody…"))):
                again = kit.do(count_again)
            if again:
                st.rerun()


def show_totals(found: NetworkNow) -> None:
    """Show how many of all people have registered what."""
    with st.container(horizontal=True, gap="small"):
        st.metric(_(N_("People")), _(N_("{count} people"), count=kit.number(found.people)), border=True, width=150)
        st.metric(_(N_("Registered something")), kit.percent(found.registered, found.people), border=True, width=150)
        st.metric(_(N_("Something verified")), kit.percent(found.verified, found.people), border=True, width=150)
    with st.container(horizontal=True, gap="small"):
        for name in KINDS:
            label = Network.model_fields[name].title or name
            st.metric(_(label), kit.percent(getattr(found, name), found.people), border=True, width=150)


def show_findings(found: NetworkNow) -> None:
    """Show what is to be mended, and who gave something and has not confirmed it; each leads to its list."""
    for column, (title, findings) in zip(st.columns(2, gap="large"), GROUPS, strict=True):
        with column, st.container(border=True, gap="small"):
            st.markdown(f"**{_(title)}**")
            for finding in findings:
                count = getattr(found, finding.value)
                icon = "check_circle" if not count else "info" if finding is Finding.NUMBER_SHARED else "error"
                amount = _(N_("{count} people"), count=kit.number(count))
                st.page_link(
                    LISTS, label=f"{literal(kit.said(finding))}　**{amount}**", icon=f":material/{icon}:",
                    query_params={"finding": finding.value},
                )  # fmt: skip
            if findings[0] is Finding.TO_MEND:
                show_waiting(found.waiting)


def show_waiting(count: int) -> None:
    """Show how many have not confirmed yet what they gave; it leads to their list."""
    amount = _(N_("{count} people"), count=f"{COUNT_CAP:,}+" if count > COUNT_CAP else kit.number(count))
    label = f"{literal(label_of(NetworkNow, 'waiting'))}　**{amount}**"
    st.page_link(LISTS, label=label, icon=":material/hourglass_empty:", query_params={"waiting": "1"})


found = kit.ask(network_counts)
kit.header(
    _(N_("Contact network")), _(N_("Who can be reached by what, who cannot, and what is left to mend.")),
    next_step=(_(N_("Person by person")), LISTS) if actor.may("network.search", What.READ) else None,
)  # fmt: skip
with st.container(horizontal=True, gap="medium"):
    for process, page, icon in WAYS:
        if actor.may(process, What.READ):
            kit.way_to(page, icon=icon)
if found.counted_at:
    show_when(found.counted_at)
show_totals(found)
show_findings(found)
if actor.may("network.tree", What.READ):
    show_tree()
