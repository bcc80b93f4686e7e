"""People (人, D01–D06): the register, departments, regions, lists, CSV import and export."""

from data.models.people import ContactKind, ContactState, ImportKind, ImportState, RegionLabel
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
from services.people.addresses import mail as mail_address
from services.people.amending import amend, amendable, problems_of
from services.people.areas import area_choices
from services.people.bulk.doing import bulk_edit, bulk_retire
from services.people.bulk.homes import preview_home_regions
from services.people.bulk.looking import bulk_result, preview_bulk
from services.people.bulk.taking import take_home_regions
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
from services.people.export_departments import export_departments
from services.people.homes import Address, PostalCode, address_of, region_of_home
from services.people.imports.memberships import list_memberships
from services.people.imports.person_regions import list_person_regions
from services.people.imports.queries import list_imports, list_rows, show_import
from services.people.imports.report import bad_csv
from services.people.imports.upload import apply_import, map_import, upload
from services.people.joining import add_member, note_that_it_works
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
from services.people.mine import OwnPerson, own_person
from services.people.regions.of_person import change_own_regions, change_regions, own_regions, regions_of
from services.people.regions.offers import region_of
from services.people.regions.rule import region_rule, set_region_rule
from services.people.regions.tree import list_regions, prefecture_choices
from services.people.retire import reinstate_people, retire_people
from services.people.rules import owners_of_mails
from services.people.search import conditions, search_people
from services.people.show import show_person
from services.people.text import Kana, RequiredName

__all__ = [
    "MOBILE_TYPES", "Address", "Contact", "ContactKind", "ContactState", "ImportKind", "ImportState", "Kana",
    "ListRow", "Mail", "Mobile", "OwnPerson", "PostalCode", "RegionLabel", "RequiredName", "WhosePrivate",
    "add_department", "add_member", "add_person", "add_to_list", "address_of", "amend", "amendable", "apply_import",
    "area_choices", "bad_csv", "bulk_edit", "bulk_result", "bulk_retire", "change_own_regions", "change_regions",
    "conditions", "contacts_of", "delete_list", "department_choices", "edit_department", "edit_list", "edit_person",
    "export_departments", "export_people", "list_choices", "list_departments", "list_imports", "list_lists",
    "list_memberships", "list_person_regions", "list_regions", "list_rows", "mail_address", "map_import", "masked",
    "new_list", "note_that_it_works", "own_person", "own_regions", "owners_of_mails", "people_file",
    "prefecture_choices", "preview_bulk", "preview_home_regions", "private_contacts", "problems_of", "region_of",
    "region_of_home", "region_rule", "regions_of", "reinstate_department", "reinstate_people", "remove_from_list",
    "retire_department", "retire_people", "search_people", "set_region_rule", "show_import", "show_person",
    "shown_contact", "shown_mobile", "shown_private", "take_home_regions", "upload",
]  # fmt: skip
