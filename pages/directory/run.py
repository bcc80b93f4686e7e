"""One run of the directory sync (同期の差分, D02): what would change, applying it, putting it aside."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.shown import number
from pages import kit
from pages.directory._standing import live
from pages.kit.guard import guard
from services.directory import (
    Applied,
    LineRow,
    LinesAsk,
    RunRow,
    RunsAsk,
    RunState,
    Step,
    WhichConnection,
    WhichRun,
    apply,
    drop_run,
    list_lines,
    list_runs,
    start_run,
)

actor = guard("directory.runs")
WAITING = (RunState.PLANNED, RunState.STOPPED)
OVER = (RunState.APPLIED, RunState.FAILED, RunState.DROPPED)


def handling(row: RunRow) -> None:
    """Offer what can be done with it: apply, put aside, see the change, run again."""
    which, may = WhichRun(id=row.id), actor.may
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        waits = row.state in WAITING
        yes = waits and may(apply.name, apply.what) and st.button(_(N_("Apply")), key="apply", type="primary")
        droppable = waits or row.state is RunState.READING
        no = droppable and may(drop_run.name, drop_run.what) and st.button(_(N_("Put aside")), key="drop")
        again = row.state in OVER and may(start_run.name, start_run.what) and st.button(
            _(N_("Run again")), key="again", icon=":material/sync:"
        )  # fmt: skip
        if row.change_set_id is not None and may("changes.show", What.READ):
            st.page_link("changes/show.py", label=_(N_("What was changed, and undoing it")), icon=":material/history:",
                         query_params={"id": str(row.change_set_id)})  # fmt: skip
    if yes:
        stopped = row.state is RunState.STOPPED
        kit.confirm(
            _(N_("Apply this run?")),
            row.message or _(N_("What stands below is done at once, as one change.")),
            yes=_(N_("Apply")), then=lambda: kit.do(apply, Applied(id=row.id, despite_brake=stopped)),
        )  # fmt: skip
    if no and kit.do(drop_run, which):
        kit.flash(_(N_("Put aside. Nothing was changed.")))
        st.rerun()
    if again and (begun := kit.do(start_run, WhichConnection(id=row.connection_id))):
        kit.go("directory/run.py", {"id": begun.result.id})


def said(row: LineRow) -> str:
    """Say what changes, or why it cannot be taken."""
    changes = [f"{label}: {was or kit.NONE} → {now or kit.NONE}" for label, was, now in row.changes]
    return " / ".join([*changes, *row.problems])


def preview(row: RunRow) -> None:
    """Show what would become of everybody, one kind at a time; of a run that was stopped first who would leave."""
    counts = {step: sum(row.counts.get(f"{noun}.{step.value}", 0) for noun in ("person", "department"))
              for step in Step}  # fmt: skip
    names = {step.value: f"{kit.said(step)} {number(counts[step])}" for step in Step if counts[step]}
    if not names:
        st.info(_(N_("Nothing would change.")), icon=":material/check:")
        return
    if row.state is RunState.STOPPED and Step.LEAVE.value in names:
        names = {Step.LEAVE.value: names[Step.LEAVE.value], **names}
    step = Step(kit.view(names))
    kit.table(
        list_lines,
        kit.filters(LinesAsk, fills={"run_id": row.id, "step": step}),
        columns={
            "noun": kit.Column(_(N_("What it is about")), width=90),
            "code": kit.Column(_(N_("Code")), width=120),
            "name": kit.Column(_(N_("Name")), width=220),
            "said": kit.Column(_(N_("What changes, or why not")), value=said),
        },
        unit=N_("{count} lines"),
        empty=_(N_("Nothing would change.")),
    )


found = kit.ask(list_runs, RunsAsk(id=kit.number_in_address("id"))).rows
if not found:
    st.info(_(N_("This run is not kept any more. Go back to the list.")))
    kit.way_out()
    st.stop()
run = found[0]
kit.header(run.connection, back=(_(N_("Runs of the directory sync")), "directory/runs.py"))
live(run.id)
handling(run)
if list_lines.allowed(actor) and "person.add" in run.counts:
    preview(run)
