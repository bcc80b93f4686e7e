"""Who may do this (この操作ができる人, X06): from a page or a permission to the people, with the set and how far."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.address import forget_place, put
from pages.kit.guard import guard
from services.access import ProcessRow, WhoMayAsk, list_processes, who_may

ABOUT = "about"


def topic(known: dict[str, ProcessRow]) -> ProcessRow | None:
    """Let a permission be chosen; the choice lives in the address."""
    names = {grant: f"{row.category_title} › {row.title} ({kit.said(row.what)})" for grant, row in known.items()}
    asked = st.query_params.get(ABOUT)
    st.session_state[ABOUT] = asked if asked in names else None
    chosen = st.selectbox(
        _(N_("Permission")), list(names), index=None, format_func=names.__getitem__, key=ABOUT,
        placeholder=_(N_("Choose")), filter_mode="contains", on_change=changed,
    )  # fmt: skip
    return known.get(chosen or "")


def changed() -> None:
    """Write the choice into the address, and begin its list at the first page."""
    forget_place("")
    put(ABOUT, st.session_state[ABOUT] or "")


guard("access.who_may")
kit.header(
    _(N_("Who may do this?")),
    _(N_("Choose a permission: everybody who has it stands below, with the set that gives it and how far it goes.")),
    back=(_(N_("Permission sets")), "access/sets.py"),
)
found = topic({row.grant: row for row in kit.ask(list_processes)})
if found is not None:
    if found.everybody:
        st.info(
            _(N_("Besides: every account, for its own messages to its own departments (“Who may create messages”).")),
            icon=":material/groups:",
        )
    kit.table(
        who_may,
        kit.filters(WhoMayAsk, fills={"process": found.process, "what": What(found.what)}),
        columns={
            "name": kit.Column(_(N_("Name")), sort="name"),
            "code": kit.Column(_(N_("Code")), sort="code"),
            "set_name": _(N_("Permission set")),
            "reach": _(N_("Reach")),
            "status": _(N_("Status")),
        },
        opens=lambda row: ("access/account.py", {"id": row.account_id}),
        unit=N_("{count} entries"),
        empty=_(N_("Nobody whom you reach may do this.")),
    )
