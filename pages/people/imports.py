"""People, departments and what belongs to people from a CSV (CSV取込, D01, D03–D06): upload, dry run, import."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.paging import PageAsk
from pages import kit
from pages.kit.guard import guard
from pages.people._checked import show_check, show_result
from pages.people._choosing import choose_file
from pages.people._columns import match_columns
from services.people import ImportState, list_imports, show_import
from services.people.imports.queries import ImportAsk, ImportDetail

actor = guard("people.imports")
STEPS = (
    kit.Step("upload", _(N_("Choose a file"))),
    kit.Step("columns", _(N_("Match columns"))),
    kit.Step("check", _(N_("Look at the result of the check"))),
    kit.Step("result", _(N_("Import"))),
)
REACHED = {
    ImportState.UPLOADED: "columns",
    ImportState.CHECKING: "check",
    ImportState.CHECKED: "check",
    ImportState.FAILED: "check",
    ImportState.APPLYING: "result",
    ImportState.APPLIED: "result",
}


def show_earlier() -> None:
    """Show the imports so far."""
    st.subheader(_(N_("Imports so far")), anchor=False)
    kit.table(
        list_imports,
        kit.filters(PageAsk, key="earlier"),
        columns={
            "filename": _(N_("File")),
            "kind": _(N_("What the file lists")),
            "state": _(N_("State")),
            "rows": kit.Column(_(N_("Rows")), value=lambda row: row.counts.get("rows"), number=True),
            "error": kit.Column(_(N_("Errors")), value=lambda row: row.counts.get("error"), number=True),
            "by": _(N_("By")),
            "created_at": _(N_("Uploaded at")),
        },
        key="earlier",
        opens=lambda row: ("people/imports.py", {"id": row.id}),
        unit=N_("{count} imports"),
        empty=_(N_("Nothing was imported yet.")),
    )


def look(found: ImportDetail, wizard: kit.Wizard) -> None:
    """Show the step at which an import stands."""
    st.caption(f"{kit.literal(found.filename)}　{kit.said(found.kind)}　{kit.moment(found.created_at)}")
    if found.state in {ImportState.CHECKING, ImportState.APPLYING} and found.work_id and kit.progress(found.work_id):
        found = kit.ask(show_import, ImportAsk(id=found.id))
    if wizard.current == "columns":
        if found.own and match_columns(found):
            wizard.go("check")
            st.rerun()
    elif found.state is ImportState.FAILED:
        st.error(kit.literal(found.message or _(N_("The import could not be done."))), icon=":material/error:")
        wizard.buttons(forward=False)
    elif found.state is ImportState.CHECKED:
        show_check(found, actor)
        wizard.buttons(forward=False)
    elif found.state is ImportState.APPLIED:
        show_result(found)


kit.header(
    _(N_("Import from CSV")),
    _(
        N_(
            "People, departments, memberships, permission sets and regions. Nothing changes before you have seen what "
            "becomes of each row."
        )
    ),
)
if "id" in st.query_params:
    detail = kit.ask(show_import, ImportAsk(id=kit.number_in_address("id")))
    reached = REACHED[detail.state]
    look(detail, kit.wizard(STEPS, reached=reached, usual=reached))
else:
    kit.wizard(STEPS, reached="upload")
    if actor.may("people.upload", What.BULK):
        choose_file(actor)
    show_earlier()
