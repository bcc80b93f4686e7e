"""Running and finished work (処理の一覧): imports, changes of many, sendings, undos, erasing; found again here."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_, _
from core.progress import WorkState
from pages import kit
from pages.kit.guard import guard
from services.setup import ListedWork, WorksAsk, list_works

WAYS = {
    "people_import": ("people/imports.py", N_("To the import")),
    "change_set": ("changes/show.py", N_("To the change")),
    "broadcast": ("broadcasts/show.py", N_("To the broadcast")),
    "people_bulk": ("people/bulk.py", N_("To the change of many")),
    "retention": ("privacy/retention.py", N_("To the rules")),
}
UNFINISHED = (WorkState.WAITING, WorkState.RUNNING)


def draw(rows: Sequence[ListedWork]) -> None:
    """Show the rows; while one of them is not over, look again every two seconds."""
    if any(row.state in UNFINISHED for row in rows):
        kit.refreshing(live, process="setup.works")
    else:
        show(rows)


def live() -> None:
    """Look again; when all is over the whole page is run once more, and then no longer by itself."""
    rows = kit.ask(list_works, question).rows
    if not any(row.state in UNFINISHED for row in rows):
        st.rerun()
    show(rows)


def show(rows: Sequence[ListedWork]) -> None:
    """Draw one box for each piece of work."""
    for row in rows:
        with st.container(border=True, gap="small"):
            one(row)


def one(row: ListedWork) -> None:
    """Say what it is, how far it is, and what became of it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{kit.literal(row.title)}** :gray-badge[{kit.said(row.state)}]", width="stretch")
        page, label = WAYS.get((row.subject or "").partition(":")[0], (None, ""))
        if page and row.subject:
            number = row.subject.partition(":")[2]
            name = "work" if page == "people/bulk.py" else "id"
            st.page_link(page, label=_(label), icon=":material/arrow_forward:", query_params={name: number})
    if row.state is WorkState.FAILED:
        st.error(failure(row), icon=":material/error:")
    elif row.state in UNFINISHED:
        counted = f"{kit.number(row.done)} / {kit.number(row.total)}" if row.total else ""
        st.progress(row.fraction, text="　".join(part for part in (row.step, counted) if part))
    st.caption(times(row))


def failure(row: ListedWork) -> str:
    """Say why it could not be done, with the number by which the fault is found in the log."""
    sentence = kit.literal(row.message or "")
    if not row.fault_id:
        return sentence
    number = _(N_("Number of the fault: {fault_id}"), fault_id=row.fault_id)
    return f"{sentence}  \n{number}"


def times(row: ListedWork) -> str:
    """Say who started it when, and when it ended."""
    said = [_(N_("Started by {name} on {moment}"), name=kit.literal(row.by or _(N_("the system"))),
              moment=kit.moment(row.created_at, seconds=True))]  # fmt: skip
    if row.finished_at:
        said.append(_(N_("ended on {moment}"), moment=kit.moment(row.finished_at, seconds=True)))
    return "　".join(said)


guard()
kit.header(
    _(N_("Running and finished work")),
    _(N_("Whatever takes longer goes on here when you leave its page, and stays here when it is over.")),
)
question = kit.filters(WorksAsk)
kit.paged(
    list_works,
    question,
    draw,
    unit=N_("{count} pieces of work"),
    empty=_(N_("Nothing that took longer was started yet, or nothing that fits the filters.")),
)
