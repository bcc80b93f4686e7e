"""The contact network (連絡網, D12): how many have registered what, what is to be mended, department by department."""

from datetime import datetime
from functools import partial

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.inputs import label_of
from core.paging import COUNT_CAP
from core.shown import literal
from pages import kit
from pages.kit.guard import guard
from services.network import (
    Finding,
    Network,
    NetworkNow,
    TreeAsk,
    TreeRow,
    count_again,
    network_counts,
    network_tree,
)

actor = guard("network.counts")
LISTS = "network/people.py"
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


def share(name: str, row: TreeRow) -> str:
    """Write how many of a department's people, and the rate."""
    count = getattr(row, name)
    return f"{kit.number(count)} ({kit.percent(count, row.people)})" if row.people else kit.NONE


def show_tree() -> None:
    """Show the departments with their counts and rates."""
    st.subheader(_(N_("By department")), anchor=False)
    st.caption(_(N_("Each with all below it. Everybody counts once, in the main department.")))
    question = kit.filters(TreeAsk, size=50)
    searching = bool(question.text)
    columns: dict[str, kit.Column | str] = {
        "name": kit.Column(
            _(N_("Name")), value=lambda row: row.full_name if searching else kit.in_tree(row.name, row.depth)
        ),
        "people": kit.Column(_(N_("Number of people")), number=True),
    }
    for name, label in (("registered", N_("Registered something")), ("nothing", N_("Nothing registered")),
                        ("verified", N_("Something verified")), ("mobile", N_("Mobile")),
                        ("failing", N_("A contact fails")), ("missed", N_("Missed in the last test")),
                        ("to_mend", N_("Anything to mend"))):  # fmt: skip
        columns[name] = kit.Column(_(label), value=partial(share, name), number=True)
    kit.table(
        network_tree, question, columns=columns, opens=lambda row: (LISTS, {"department_id": row.id}),
        unit=N_("{count} departments"), empty=_(N_("No department is found. Clear the filter or add departments.")),
    )  # fmt: skip


found = kit.ask(network_counts)
kit.header(
    _(N_("Contact network")), _(N_("Who can be reached by what, who cannot, and what is left to mend.")),
    next_step=(_(N_("Person by person")), LISTS) if actor.may("network.search", What.READ) else None,
)  # fmt: skip
if actor.may("registration.guides", What.READ):
    st.page_link("registration/guide.py", label=_(N_("Guide people to register")), icon=":material/contact_mail:")
if found.counted_at:
    show_when(found.counted_at)
show_totals(found)
show_findings(found)
if actor.may("network.tree", What.READ):
    show_tree()
