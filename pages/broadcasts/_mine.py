"""Own page: what was sent to oneself, what became of it, and the way to answer."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_, _
from core.shown import aside
from pages import kit
from services.broadcasts import BroadcastKind, ReceivedAsk, ReceivedRow, received


def my_messages() -> None:
    """Show the messages to whoever is signed in, the newest first."""
    kit.paged(
        received, kit.filters(ReceivedAsk), _show, unit=N_("{count} messages"),
        empty=_(N_("Nothing was sent to you yet.")),
    )  # fmt: skip


def _show(rows: Sequence[ReceivedRow]) -> None:
    for row in rows:
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"**{kit.literal(row.title)}** {_badges(row)}  \n:small[{kit.literal(_way(row))}]", width="stretch"
            )
            if row.answer_url:
                label = _(N_("Change my answer")) if row.answered_at else _(N_("Give my answer"))
                st.link_button(
                    label, row.answer_url, icon=":material/reply:", type="secondary" if row.answered_at else "primary"
                )


def _badges(row: ReceivedRow) -> str:
    words = [kit.said(row.kind)] if row.kind is BroadcastKind.TEST else []
    words += [_(N_("Reminder"))] if row.reminder else []
    words += [_(N_("Answered at {moment}"), moment=kit.moment(row.answered_at))] if row.answered_at else []
    return " ".join(f":gray-badge[{word}]" for word in words)


def _way(row: ReceivedRow) -> str:
    way = aside(kit.said(row.channel), row.address) if row.address else kit.said(row.channel)
    state = aside(kit.said(row.state), row.reason) if row.reason else kit.said(row.state)
    return f"{kit.moment(row.sent_at)}　{way}　{state}"
