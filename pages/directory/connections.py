"""Directory connections (連携先, D02): the systems that people and departments come from, and how each stands."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.directory import ConnectionRow, ConnectionsAsk, add_connection, list_connections, list_runs

actor = guard("directory.connections")


def latest(row: ConnectionRow) -> str:
    """Say how the latest run stands."""
    if row.run_state is None:
        return _(N_("Not run yet"))
    return f"{kit.said(row.run_state)}　{kit.moment(row.run_started_at)}"


kit.header(
    _(N_("Directory sync")),
    _(N_("People and departments come from the system where they are looked after. Each run shows what would change "
         "before anything does.")),
)  # fmt: skip
with st.container(horizontal=True, gap="small"):
    if actor.may(add_connection.name, What.DO):
        st.page_link("directory/connection.py", label=_(N_("Add a connection")), icon=":material/add:")
    if list_runs.allowed(actor):
        st.page_link("directory/runs.py", label=_(N_("All runs so far")), icon=":material/history:")
kit.table(
    list_connections,
    kit.filters(ConnectionsAsk),
    columns={
        "name": kit.Column(_(N_("Name")), sort="name", width=200),
        "kind": kit.Column(_(N_("Service")), width=160),
        "synced": kit.Column(_(N_("People from there")), number=True, width=130),
        "nightly": kit.Column(_(N_("Every night")), width=230),
        "latest": kit.Column(_(N_("Latest run")), value=latest),
    },
    opens=lambda row: ("directory/connection.py", {"id": row.id}),
    unit=N_("{count} connections"),
    empty=_(N_("No system is connected yet.")),
)
