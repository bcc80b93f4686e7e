"""Long work, live: how far it is, what it does, what went wrong, and whether anybody is there to do it."""

from collections.abc import Callable

import streamlit as st

from core.i18n import N_, _
from core.progress import WorkState
from core.shown import literal, moment, number, said
from pages.kit import edge
from pages.kit.guard import guard, known
from services.setup import WorkAsk, WorkStatus, show_work

EVERY = 2
"""Seconds between two looks."""

OVER = (WorkState.DONE, WorkState.FAILED)
NO_WORKER = N_(
    "No worker is running, so this does not move. It goes on by itself as soon as one is started: “make run” starts "
    "one with the console, “manage.py worker” starts one alone."
)


def progress(work_id: int) -> bool:
    """Show a piece of long work until it ends; return whether it has ended.

    While it goes on only this part of the page looks again every two seconds; when it ends the whole page is run.
    """
    status = edge.ask(show_work, WorkAsk(work_id=work_id))
    if status.work.state in OVER:
        show(status)
        return True
    st.fragment(_live, run_every=EVERY)(work_id)
    return False


def _live(work_id: int) -> None:
    with known(guard("setup.work")):
        status = edge.ask(show_work, WorkAsk(work_id=work_id))
    if status.work.state in OVER:
        st.rerun()
    show(status)


def show(status: WorkStatus) -> None:
    """Draw how far a piece of work is."""
    work = status.work
    head = f"**{said(work.state)}**"
    if work.state is WorkState.FAILED:
        st.error(f"{head}  \n{literal(work.message or '')}", icon=":material/error:")
        return
    step = _(work.step) if work.step else ""
    how_far = f"{step}　{number(work.done)} / {number(work.total)}" if work.total else step
    st.progress(1.0 if work.state is WorkState.DONE else work.fraction, text=f"{head}　{how_far}")
    if work.state is not WorkState.DONE and not status.worker_alive:
        st.warning(_(NO_WORKER), icon=":material/hourglass_disabled:")
    st.caption(_(N_("Last sign of life: {moment}"), moment=moment(work.updated_at, seconds=True)))


def refreshing(draw: Callable[[], None], *, process: str) -> None:
    """Draw a part of a page again every two seconds, for whoever may use ``process`` at that moment."""

    def live() -> None:
        with known(guard(process)):  # one answer to who this is for the whole of a run
            draw()

    st.fragment(live, run_every=EVERY)()
