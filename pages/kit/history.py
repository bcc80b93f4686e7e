"""The history of a record (変更履歴), the same on every page that shows one."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_, _
from core.shown import moment, said
from pages.kit import guard
from pages.kit.difference import Group, differences
from pages.kit.filters import filters
from pages.kit.paged import paged
from services.changes import history
from services.changes.search import HistoryAsk, HistoryRow


def show_history(kind: str, record_id: int) -> None:
    """Show who changed a record when, by which operation, and what; the latest first."""
    question = filters(HistoryAsk, key="history", fills={"kind": kind, "record_id": record_id})
    paged(
        history, question, _draw, key="history", unit=N_("{count} changes"),
        empty=_(N_("Nothing was changed since changes are kept.")),
    )  # fmt: skip


def history_below(kind: str, record_id: int) -> None:
    """Show the history of a record under its form, to whoever may see it."""
    actor = guard.current_actor()
    if actor is not None and history.allowed(actor):
        st.subheader(_(N_("History")), anchor=False)
        show_history(kind, record_id)


def _draw(rows: Sequence[HistoryRow]) -> None:
    differences(
        [_(N_("When")), _(N_("By")), _(N_("Operation performed")), _(N_("What became of it"))],
        [
            Group(
                (moment(row.at), row.by, row.title, said(row.action)), row.fields,
                address=f"changes-show?id={row.id}" if row.own_set else None,
                instead=_(N_("What it was is no longer kept.")) if row.erased else "",
            )
            for row in rows
        ],
    )  # fmt: skip
