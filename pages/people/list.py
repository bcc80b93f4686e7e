"""The register of people (利用者一覧, D01): find, open, add."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.people import _chosen, _filters, _own
from services.people import export_people, search_people
from services.people.export import ExportAsk
from services.people.search import PersonRow

actor = guard("people.search")


def places(row: PersonRow) -> str:
    """Return the main department, and how many others there are."""
    if not row.other_departments:
        return row.department
    return _(N_("{department} and {count} more"), department=row.department, count=row.other_departments)


kit.header(_(N_("People")), _(N_("Everyone the organisation keeps, and how they are reached.")))
bar = st.container(horizontal=True, gap="small")
fields = _own.known()
question = _filters.asked(kit.filters(_filters.question_of(fields)), fields)
with bar:
    if actor.may("people.add", What.DO) and st.button(_(N_("Add a person")), icon=":material/person_add:", key="add"):
        kit.go("people/person.py")
    if actor.may("people.upload", What.BULK) and st.button(
        _(N_("Import from CSV")), icon=":material/upload_file:", key="import"
    ):
        kit.go("people/imports.py")
    asked = {name: value for name, value in question if name in ExportAsk.model_fields}
    kit.files(export_people, ExportAsk(**asked), label=_(N_("Export as CSV")))
columns: dict[str, kit.Column | str] = {
    "name": kit.Column(_(N_("Name")), sort="name"),
    "kana": _(N_("Kana")),
    "code": kit.Column(_(N_("Code")), sort="code"),
    "department": kit.Column(_(N_("Department")), value=places),
    "regions": _(N_("Regions")),
    "mails": kit.Column(_(N_("Number of mail addresses")), number=True),
    "mobile": _(N_("Mobile number")),
    "login": _(N_("Login name")),
    "state": kit.Column(
        _(N_("State")), value=lambda row: _(N_("Retired")) if row.retired else _(N_("Active")), file="retired"
    ),
    **_own.columns(fields),
}


def opens(row: PersonRow) -> tuple[str, dict[str, int]]:
    """Return the page of a person."""
    return "people/person.py", {"id": row.id}


UNIT = N_("{count} people")
empty = _(N_("Nobody is found. Clear the filters, add a person or import a CSV."))
if actor.may("people.bulk_edit", What.BULK) or actor.may("people.bulk_retire", What.BULK):
    buttons = st.container(horizontal=True, gap="small")
    picked = kit.pick(search_people, question, columns=columns, opens=opens, unit=UNIT, empty=empty)
    with buttons:
        _chosen.choosing(question, picked, actor)
else:
    kit.table(search_people, question, columns=columns, opens=opens, unit=UNIT, empty=empty)
