"""Broadcasts (一斉送信一覧, D13): what was prepared and sent, newest first."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.broadcasts import BroadcastLine, BroadcastsAsk, BroadcastState, search

actor = guard("broadcasts.search")


def target(row: BroadcastLine) -> tuple[str, dict[str, object]]:
    """Return where a broadcast opens: a draft where it is prepared, any other where it is watched."""
    return ("broadcasts/new.py" if row.state is BroadcastState.DRAFT else "broadcasts/show.py"), {"id": row.id}


kit.header(_(N_("Broadcasts")), _(N_("Tests, notices and safety confirmations: prepared, being sent, taking answers.")))
if actor.may("broadcasts.draft", What.DO) and st.button(
    _(N_("New broadcast")), icon=":material/add:", type="primary", key="new"
):
    kit.go("broadcasts/new.py")
kit.table(
    search,
    kit.filters(BroadcastsAsk),
    columns={
        "title": _(N_("Title")),
        "kind": _(N_("Purpose")),
        "state": _(N_("State")),
        "asked": kit.Column(_(N_("People asked")), number=True),
        "made_by": _(N_("By")),
        "created_at": kit.Column(_(N_("Made at")), sort="made"),
        "send_at": _(N_("Planned for")),
        "sent_at": _(N_("Sent at")),
    },
    opens=target,
    unit=N_("{count} broadcasts"),
    empty=_(N_("No broadcast yet. Begin with a test: it shows who can be reached.")),
)
