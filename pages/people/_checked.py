"""The steps of an import after the columns: what the dry run found, applying it, and what became of it."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import labelled, number
from pages import kit
from services.people import ImportKind, apply_import, bad_csv, list_rows
from services.people.imports.queries import CheckedRow, ImportAsk, ImportDetail, RowsAsk
from services.people.imports.upload import Application

ROWS = N_("rows")
UNITS = {"departments": N_("departments"), "gone": N_("entries")}
"""What is counted besides rows; it is shown if there is any."""

NAMED = {ImportKind.PEOPLE: N_("Name"), ImportKind.DEPARTMENTS: N_("Name")}
"""What the rows name; those of other kinds name what their kind is called after."""


SEEN = {
    ImportKind.DEPARTMENTS: (N_("See the departments"), "account_tree", "people/departments.py"),
    ImportKind.ROLES: (N_("See the accounts"), "badge", "access/accounts.py"),
}
"""Where one goes on after an import, if not to the people."""


def show_counts(found: ImportDetail) -> None:
    """Show how many rows are added, changed, left alone, or wrong."""
    counted = (
        (N_("Added"), "add"), (N_("Changed"), "change"), (N_("Unchanged"), "same"), (N_("Errors"), "error"),
        (N_("New departments"), "departments"), (N_("Taken away"), "gone"),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for label, name in counted:
            if name not in UNITS or found.counts.get(name):
                unit = _(UNITS.get(name, ROWS))
                st.metric(_(label), number(found.counts.get(name, 0), unit), border=True, width=150)


def show_check(found: ImportDetail, actor: Actor) -> None:
    """Show what the dry run found and offer to apply it."""
    show_counts(found)
    errors, good = found.counts["error"], found.counts["add"] + found.counts["change"]
    if errors:
        st.warning(
            _(N_("{count} rows have errors and cannot be imported. Correct the file and upload it again, or import the "
                 "good rows and get the others back as a CSV."), count=number(errors)),
            icon=":material/error:",
        )  # fmt: skip
    elif not good:
        st.info(_(N_("Every row is already as the file says: there is nothing to import.")), icon=":material/check:")
    if gone := found.counts.get("gone"):
        st.warning(
            _(N_("{count} entries are taken away because no row of their person names them. To add or remove single "
                 "entries, give the file a column 操作."), count=number(gone)),
            icon=":material/remove_circle:",
        )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        if found.own and good and actor.may("people.apply_import", What.BULK):
            applying(found, good, errors)
        if errors:
            kit.files(bad_csv, ImportAsk(id=found.id), label=_(N_("Rows with errors as a CSV")))
    show_rows(found)


def applying(found: ImportDetail, good: int, errors: int) -> None:
    """Offer to apply the import."""
    label = N_("Import the good rows only ({count})") if errors else N_("Import ({count})")
    if st.button(_(label, count=number(good)), type="primary", icon=":material/done_all:", key="apply"):
        kit.confirm(
            _(N_("Import “{file}”?"), file=found.filename),
            _(N_("{add} rows are added and {change} changed, all at once. What the file does not name stays as it is."),
              add=number(found.counts["add"]), change=number(found.counts["change"])),
            yes=_(N_("Import")), then=lambda: begin(found.id, good_rows_only=bool(errors)),
        )  # fmt: skip


def begin(import_id: int, *, good_rows_only: bool) -> bool:
    """Begin to apply the import; the page goes on to its result."""
    if kit.do(apply_import, Application(id=import_id, good_rows_only=good_rows_only)) is None:
        return False
    st.query_params["step"] = "result"
    return True


def show_rows(found: ImportDetail) -> None:
    """Show the rows with what becomes of each, and all about the one that is picked."""
    question = kit.filters(RowsAsk, key="rows", fills={"id": found.id})
    st.caption(_(N_("Pick a row to see all about it.")))
    picked = kit.table(
        list_rows,
        question,
        columns={
            "line": kit.Column(_(N_("Row")), number=True, width=70),
            "action": kit.Column(_(N_("What becomes of it")), width=110),
            "key": _(N_("Code or department")),
            "name": _(NAMED[found.kind]) if found.kind in NAMED else kit.said(found.kind),
            "why": kit.Column(_(N_("Details")), value=in_words, width=520),
        },
        key="rows",
        selects=True,
        identity="line",
        unit=N_("{count} rows"),
        empty=_(N_("No row is like this.")),
    )
    if picked:
        st.subheader(_(N_("Row {line}"), line=picked.line), anchor=False)
        if picked.problems:
            problems = [(one.column or _(N_("Whole row")), one.text) for one in picked.problems]
            kit.rows([_(N_("Column")), _(N_("What is wrong"))], problems)
        if picked.changes:
            changes = [(one.label, one.before, one.after) for one in picked.changes]
            kit.rows([_(N_("Item")), _(N_("Now")), _(N_("After the import"))], changes)
        kit.facts(dict(zip(found.header, picked.cells, strict=False)), label=_(N_("What the file says")))


def in_words(row: CheckedRow) -> str:
    """Say on one line what is wrong with a row, or what it changes."""
    problems = [labelled(one.column, one.text) if one.column else one.text for one in row.problems]
    changes = [labelled(one.label, f"{one.before or kit.NONE} → {one.after or kit.NONE}") for one in row.changes]
    return "　".join(problems or changes)


def show_result(found: ImportDetail) -> None:
    """Show what an import has changed, and where to go on."""
    st.success(_(N_("“{file}” was imported."), file=kit.literal(found.filename)), icon=":material/check_circle:")
    show_counts(found)
    if errors := found.counts.get("error"):
        st.warning(
            _(N_("{count} rows with errors were not imported. Get them as a CSV, correct them and import them again."),
              count=number(errors)),
            icon=":material/error:",
        )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        label, icon, page = SEEN.get(found.kind, (N_("See the people"), "groups", "people/list.py"))
        if st.button(_(label), icon=f":material/{icon}:", key="see", type="primary"):
            kit.go(page)
        if found.change_set_id and st.button(
            _(N_("What was changed, and undo")), icon=":material/history:", key="changes"
        ):
            kit.go("changes/show.py", {"id": found.change_set_id})
        if st.button(_(N_("Import another file")), icon=":material/upload_file:", key="another"):
            st.query_params.clear()
            st.rerun()
        if errors:
            kit.files(bad_csv, ImportAsk(id=found.id), label=_(N_("Rows with errors as a CSV")))
