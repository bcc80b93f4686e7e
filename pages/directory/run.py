"""One run of the directory sync (同期の差分, D02): what would change, applying it, putting it aside."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.directory import (
    Applied,
    LineRow,
    LinesAsk,
    RunRow,
    RunsAsk,
    RunState,
    WhichRun,
    apply,
    drop_run,
    list_lines,
    list_runs,
)

actor = guard("directory.runs")


def standing(row: RunRow) -> None:
    """Say where the run stands, and what stopped it."""
    if row.state in {RunState.FAILED, RunState.STOPPED}:
        st.error(kit.literal(row.message), icon=":material/error:")
    elif row.message:
        st.warning(kit.literal(row.message), icon=":material/warning:")
    if row.state is RunState.READING and row.next_at:
        st.info(_(N_("Reading goes on at {moment}."), moment=kit.moment(row.next_at)), icon=":material/schedule:")
    kit.facts({
        _(N_("State")): kit.said(row.state), _(N_("Begun")): kit.moment(row.started_at),
        _(N_("By")): row.by or _(N_("At night")),
        _(N_("Ended")): kit.moment(row.ended_at) if row.ended_at else kit.NONE,
    })  # fmt: skip


def handling(row: RunRow) -> None:
    """Offer to apply it or to put it aside."""
    if row.state not in {RunState.PLANNED, RunState.STOPPED}:
        return
    stopped = row.state is RunState.STOPPED
    with st.container(horizontal=True, gap="small"):
        yes = actor.may(apply.name, apply.what) and st.button(_(N_("Apply")), key="apply", type="primary")
        no = actor.may(drop_run.name, drop_run.what) and st.button(_(N_("Put aside")), key="drop")
    if yes:
        kit.confirm(
            _(N_("Apply this run?")),
            kit.literal(row.message) or _(N_("What stands below is done at once, as one change.")),
            yes=_(N_("Apply")), then=lambda: kit.do(apply, Applied(id=row.id, despite_brake=stopped)),
        )  # fmt: skip
    if no and kit.do(drop_run, WhichRun(id=row.id)):
        kit.flash(_(N_("Put aside. Nothing was changed.")))
        st.rerun()


def said(row: LineRow) -> str:
    """Say what changes, or why it cannot be taken."""
    changes = [f"{label}: {was or kit.NONE} → {now or kit.NONE}" for label, was, now in row.changes]
    return " / ".join([*changes, *row.problems])


found = kit.ask(list_runs, RunsAsk(id=kit.number_in_address("id") or 0)).rows
if not found:
    st.info(_(N_("This run is not kept any more. Go back to the list.")))
    kit.way_out()
    st.stop()
run = found[0]
kit.header(run.connection, back=(_(N_("Directory sync")), "directory/runs.py"))
standing(run)
handling(run)
if list_lines.allowed(actor):
    kit.table(
        list_lines,
        kit.filters(LinesAsk, fills={"run_id": run.id}),
        columns={
            "step": kit.Column(_(N_("What becomes of it")), width=150),
            "noun": kit.Column(_(N_("What it is about")), width=90),
            "code": kit.Column(_(N_("Code")), width=120),
            "name": kit.Column(_(N_("Name")), width=220),
            "said": kit.Column(_(N_("What changes, or why not")), value=said),
        },
        unit=N_("{count} lines"),
        empty=_(N_("Nothing would change.")),
    )
