"""The tree of departments (部署, D03): find, add, rename, move, retire."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.people import (
    add_department,
    edit_department,
    list_departments,
    reinstate_department,
    retire_department,
)
from services.people.departments import DepartmentAsk, DepartmentRow, DepartmentsAsk

actor = guard("people.departments")


def in_tree(row: DepartmentRow) -> str:
    """Return the name, set in as deep as the department lies."""
    return f"{'　　' * row.depth}{'└ ' if row.depth else ''}{row.name}"


def show(row: DepartmentRow) -> None:
    """Show what can be done with the department that was picked."""
    st.subheader(row.full_name, anchor=False)
    with st.container(horizontal=True, gap="small"):
        if st.button(_(N_("See its people")), icon=":material/groups:", key="people"):
            kit.go("people/list.py", {"department_id": row.id})
        if actor.may("people.retire_department", What.DO):
            retiring(row)
    if not actor.may("people.edit_department", What.DO):
        return
    above = {row.parent_id: row.full_name.rpartition(" / ")[0]} if row.parent_id else {}
    changed = kit.operate(
        edit_department, f"department-{row.id}-{row.version}", initial=row, rows=[("name", "code"), "parent_id"],
        fills={"id": row.id, "version": row.version}, also={"parent_id": above},
        submit=_(N_("Save")), done=_(N_("Saved. Whatever lies below moved along.")),
    )  # fmt: skip
    if changed:
        st.rerun()


def retiring(row: DepartmentRow) -> None:
    """Offer to retire the department, or to take it back."""
    if row.retired:
        taking = st.button(_(N_("Put back in use")), icon=":material/undo:", key="reinstate")
        if taking and kit.do(reinstate_department, DepartmentAsk(id=row.id)):
            kit.flash(_(N_("“{name}” is in use again."), name=row.full_name))
            st.rerun()
    elif st.button(_(N_("Take out of use")), icon=":material/folder_off:", key="retire"):
        kit.confirm(
            _(N_("Take “{name}” out of use?"), name=row.name),
            _(N_("It can no longer be chosen. Old broadcasts keep it, and it can be taken back later.")),
            yes=_(N_("Take out of use")), then=lambda: kit.do(retire_department, DepartmentAsk(id=row.id)),
        )  # fmt: skip


kit.header(
    _(N_("Departments")),
    _(N_("The tree that broadcasts, permissions and results go by. Pick a row to rename or move it.")),
)
if actor.may("people.add_department", What.DO):
    with st.expander(_(N_("Add a department")), icon=":material/add:"):
        added = kit.operate(
            add_department, "department-new", rows=[("name", "code"), "parent_id"], submit=_(N_("Add")),
            done=_(N_("The department was added.")),
        )  # fmt: skip
    if added:
        st.rerun()
question = kit.filters(DepartmentsAsk, size=50)
searching = bool(question.text)
picked = kit.table(
    list_departments,
    question,
    columns={
        "name": kit.Column(_(N_("Name")), value=(lambda row: row.full_name) if searching else in_tree),
        "code": _(N_("Department code")),
        "people": kit.Column(_(N_("Number of people")), number=True),
        "state": kit.Column(_(N_("State")), value=lambda row: _(N_("Out of use")) if row.retired else _(N_("In use"))),
    },
    selects=True,
    unit=N_("{count} departments"),
    empty=_(N_("No department is found. Clear the filters, add one or import a CSV.")),
)
if picked:
    show(picked)
