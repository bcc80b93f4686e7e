"""People and departments from a CSV (CSV取込, D01, D03, D04, D06): upload, match columns, dry run, import."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.paging import PageAsk
from core.settings import settings
from pages import kit
from pages.kit.guard import guard
from pages.people import _own
from pages.people._checked import show_check, show_result
from pages.people._columns import match_columns, template
from pages.public.uploads import LARGE
from services.people import ImportKind, ImportState, list_imports, show_import, upload
from services.people.imports.queries import ImportAsk, ImportDetail
from services.people.imports.upload import Upload

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


def choose_file() -> None:
    """Take a file in."""
    kinds = {kind: kit.said(kind) for kind in ImportKind}
    kind = st.segmented_control(
        _(N_("What the file lists")), list(kinds), format_func=kinds.__getitem__, default=ImportKind.PEOPLE, key="kind",
        required=True,
    )  # fmt: skip
    file = st.file_uploader(
        _(N_("CSV file")), type=["csv", "txt", "tsv"], key="file",
        help=_(N_("As Excel saves it: UTF-8 or Shift_JIS. Up to {limit} MB."), limit=settings().upload_limit_mib),
    )  # fmt: skip
    if settings().upload_mib > settings().upload_limit_mib:
        limits = {"small": settings().upload_limit_mib, "limit": f"{settings().upload_mib:,}"}
        larger = _(N_("Send a file over {small} MB (up to {limit} MB)"), **limits)
        st.html(f"<a href='{LARGE}?kind={kind}' target='_self' class='larger'>{larger}</a>")
    own = [one.label_ja for one in _own.known()] if kind is ImportKind.PEOPLE else []
    with st.container(horizontal=True, gap="small"):
        going_on = st.button(_(N_("Go on")), type="primary", disabled=file is None, key="upload")
        st.download_button(
            _(N_("Empty template")), template(kind, own), file_name=f"renraku_{kind.value}.csv", mime="text/csv",
            icon=":material/download:", on_click="ignore", key="template",
        )  # fmt: skip
    if going_on and file is not None:
        asked = Upload(kind=kind, filename=file.name[-255:], content=file.getvalue())
        if stored := kit.do(upload, asked):
            st.query_params.from_dict({"id": str(stored.result.id)})
            st.rerun()


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
    _(N_("Adds and changes people and departments. Nothing changes before you have seen what becomes of each row.")),
)
if "id" in st.query_params:
    detail = kit.ask(show_import, ImportAsk(id=kit.number_in_address("id")))
    reached = REACHED[detail.state]
    look(detail, kit.wizard(STEPS, reached=reached, usual=reached))
else:
    kit.wizard(STEPS, reached="upload")
    if actor.may("people.upload", What.BULK):
        choose_file()
    show_earlier()
