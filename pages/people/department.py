"""One department (部署, D03): rename, move, take out of use."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.people import edit_department, list_departments, reinstate_department, retire_department
from services.people.departments import DepartmentAsk, DepartmentRow, DepartmentsAsk
from services.people.search import Whose

actor = guard("people.departments")


def show(row: DepartmentRow, actor: Actor) -> None:
    """Show a department with what the actor may change."""
    above = row.full_name.rpartition(" / ")[0]
    kit.header(row.name, above, back=(_(N_("Departments")), "people/departments.py"))
    if row.retired:
        st.warning(_(N_("Out of use: it cannot be chosen any more.")), icon=":material/folder_off:")
    if kit.beside(_(N_("Department")), "department", row.id, actor):
        show_facts(row, actor, above)


def show_facts(row: DepartmentRow, actor: Actor, above: str) -> None:
    """Show the way to its people, and the form to change it."""
    with st.container(horizontal=True, gap="small"):
        people = _(N_("See its people ({count})"), count=kit.number(row.people))
        if st.button(people, icon=":material/groups:", key="people"):
            kit.go("people/list.py", {"department_id": row.id})
        if actor.may("people.retire_department", What.DO):
            retiring(row)
    if row.line != row.full_name:
        show_line(row)
    if actor.may("people.edit_department", What.DO):
        change(row, {row.parent_id: above} if row.parent_id else {})


def show_line(row: DepartmentRow) -> None:
    """Offer all names from the top, where the middle is left out elsewhere."""
    if st.toggle(_(N_("All names from the top ({levels} levels)"), levels=f"{row.depth + 1:,}"), key="line"):
        with st.container(height=240):
            st.markdown(kit.literal(row.line))


def change(row: DepartmentRow, above: dict[int, str]) -> None:
    """Ask for changes; the department above may be out of reach and still stays choosable."""
    changed = kit.operate(
        edit_department, f"department-{row.id}-{row.version}", initial=row, rows=[("name", "code"), "parent_id"],
        fills={"id": row.id, "version": row.version}, also={"parent_id": above},
        submit=_(N_("Save")), done=_(N_("Saved. Whatever lies below moved along.")),
    )  # fmt: skip
    if changed:
        st.rerun()


def retiring(row: DepartmentRow) -> None:
    """Offer to take the department out of use, or to put it back."""
    asked = DepartmentAsk(id=row.id)
    if row.retired:
        taking = st.button(_(N_("Put back in use")), icon=":material/undo:", key="reinstate")
        if taking and kit.do(reinstate_department, asked):
            kit.flash(_(N_("“{name}” is in use again."), name=row.full_name))
            st.rerun()
    elif st.button(_(N_("Take out of use")), icon=":material/folder_off:", key="retire"):
        kit.confirm(
            _(N_("Take “{name}” out of use?"), name=row.name),
            _(N_("It can no longer be chosen. Old broadcasts keep it, and it can be taken back later.")),
            yes=_(N_("Take out of use")), then=lambda: kit.do(retire_department, asked),
        )  # fmt: skip


number = kit.number_in_address("id")
found = kit.ask(list_departments, DepartmentsAsk(id=number, state=Whose.ALL)).rows
if found:
    show(found[0], actor)
else:
    kit.header(_(N_("Department")), back=(_(N_("Departments")), "people/departments.py"))
    st.info(_(N_("This department does not exist, or is outside your reach.")), icon=":material/search_off:")
