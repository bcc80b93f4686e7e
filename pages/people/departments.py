"""The tree of departments (部署, D03): find, open, add."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.people import add_department, list_departments
from services.people.departments import DepartmentsAsk

actor = guard("people.departments")


kit.header(
    _(N_("Departments")),
    _(N_("The tree that broadcasts, permissions and results go by. Open one to rename or move it.")),
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
kit.table(
    list_departments,
    question,
    columns={
        "name": kit.Column(
            _(N_("Name")), value=lambda row: row.full_name if searching else kit.in_tree(row.name, row.depth)
        ),
        "people": kit.Column(_(N_("Number of people")), number=True),
        "code": _(N_("Department code")),
        "state": kit.Column(
            _(N_("State")), value=lambda row: _(N_("Out of use")) if row.retired else _(N_("In use")), file="retired"
        ),
    },
    opens=lambda row: ("people/department.py", {"id": row.id}),
    unit=N_("{count} departments"),
    empty=_(N_("No department is found. Clear the filters, add one or import a CSV.")),
)
