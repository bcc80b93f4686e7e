"""People (人, D01–D06): the register, departments, regions, lists, CSV import and export."""

from data.models.people import ContactKind, ContactState, ImportKind, ImportState
from services.people import commented, erasing, finding, needs, own, retained, words  # noqa: F401 - they declare
from services.people.addresses import (
    MOBILE_TYPES,
    Mail,
    Mobile,
    masked,
    shown_contact,
    shown_mobile,
    shown_private,
)
from services.people.amending import amend, amendable, problems_of
from services.people.areas import area_choices
from services.people.bulk.doing import bulk_edit, bulk_retire
from services.people.bulk.looking import bulk_result, preview_bulk
from services.people.contacts import Contact, WhosePrivate, contacts_of, private_contacts
from services.people.department_edit import (
    add_department,
    edit_department,
    reinstate_department,
    retire_department,
)
from services.people.departments import department_choices, list_departments
from services.people.edit import add_person, edit_person
from services.people.export import export_people, people_file
from services.people.homes import address_of
from services.people.imports.queries import list_imports, list_rows, show_import
from services.people.imports.report import bad_csv
from services.people.imports.upload import apply_import, map_import, upload
from services.people.lists import (
    ListRow,
    add_to_list,
    delete_list,
    edit_list,
    list_choices,
    list_lists,
    new_list,
    remove_from_list,
)
from services.people.retire import reinstate_people, retire_people
from services.people.rules import owners_of_mails
from services.people.search import conditions, search_people
from services.people.show import show_person
from services.people.text import RequiredName

__all__ = [
    "MOBILE_TYPES",
    "Contact",
    "ContactKind",
    "ContactState",
    "ImportKind",
    "ImportState",
    "ListRow",
    "Mail",
    "Mobile",
    "RequiredName",
    "WhosePrivate",
    "add_department",
    "add_person",
    "add_to_list",
    "address_of",
    "amend",
    "amendable",
    "apply_import",
    "area_choices",
    "bad_csv",
    "bulk_edit",
    "bulk_result",
    "bulk_retire",
    "conditions",
    "contacts_of",
    "delete_list",
    "department_choices",
    "edit_department",
    "edit_list",
    "edit_person",
    "export_people",
    "list_choices",
    "list_departments",
    "list_imports",
    "list_lists",
    "list_rows",
    "map_import",
    "masked",
    "new_list",
    "owners_of_mails",
    "people_file",
    "preview_bulk",
    "private_contacts",
    "problems_of",
    "reinstate_department",
    "reinstate_people",
    "remove_from_list",
    "retire_department",
    "retire_people",
    "search_people",
    "show_import",
    "show_person",
    "shown_contact",
    "shown_mobile",
    "shown_private",
    "upload",
]  # fmt: skip
