"""How a run stands: what stopped it, how far it is, how many it concerns."""

import streamlit as st

from core.i18n import N_, _
from core.shown import number
from pages import kit
from services.directory import Noun, RunRow, RunsAsk, RunState, Step, list_runs

AT_WORK = (RunState.READING, RunState.PLANNING, RunState.APPLYING)
NOUNS = (Noun.PERSON, Noun.DEPARTMENT)
ALWAYS = (Step.ADD, Step.CHANGE, Step.LEAVE)


def live(run_id: int) -> None:
    """Show how a run stands, anew every two seconds while it is at work; then the page is run again."""
    row = _ask(run_id)
    if row is None:
        return
    if row.state not in AT_WORK:
        standing(row)
        return

    def draw() -> None:
        now = _ask(run_id)
        if now is None or now.state not in AT_WORK:
            st.rerun()
        else:
            standing(now)

    kit.refreshing(draw, process=list_runs.name)


def standing(row: RunRow) -> None:
    """Say where the run stands, and what stopped it."""
    if row.state in {RunState.FAILED, RunState.STOPPED}:
        st.error(kit.literal(row.message), icon=":material/error:")
    elif row.message:
        st.warning(kit.literal(row.message), icon=":material/warning:")
    if row.state in AT_WORK:
        _progress(row)
    kit.facts({
        _(N_("State")): kit.said(row.state), _(N_("Begun")): kit.moment(row.started_at),
        _(N_("By")): row.by or _(N_("At night")),
        _(N_("Ended")): kit.moment(row.ended_at) if row.ended_at else kit.NONE,
    })  # fmt: skip
    if f"{Noun.PERSON.value}.{Step.ADD.value}" in row.counts:
        _counts(row)


def _ask(run_id: int) -> RunRow | None:
    found = kit.ask(list_runs, RunsAsk(id=run_id)).rows
    return found[0] if found else None


def _progress(row: RunRow) -> None:
    if row.state is RunState.READING:
        read = {name: number(row.counts.get(f"read.{name}", 0)) for name in ("people", "departments")}
        said = _(N_("Being read: {people} people and {departments} departments so far"), **read)
    else:
        said = kit.said(row.state)
    st.info(said, icon=":material/hourglass_top:")
    if row.next_at:
        st.info(_(N_("Reading goes on at {moment}."), moment=kit.moment(row.next_at)), icon=":material/schedule:")
    if not row.worker_alive:
        st.warning(_(N_("No worker is running, so this does not move.")), icon=":material/hourglass_disabled:")


def _counts(row: RunRow) -> None:
    head = [_(N_("What becomes of it")), kit.said(Noun.PERSON), kit.said(Noun.DEPARTMENT)]
    found = [[step, *(row.counts.get(f"{noun.value}.{step.value}", 0) for noun in NOUNS)] for step in Step]
    shown = [[kit.said(step), *counts] for step, *counts in found if step in ALWAYS or any(counts)]
    kit.rows(head, shown, label=_(N_("What would become of them")))
