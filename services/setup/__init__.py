"""Setup (導入): first start, organisation (X02) and its look, operations plan (X01), guide (D17), long work, doctor."""

from services.setup import erasing, needs, retained  # noqa: F401 - they declare what they are called after
from services.setup.calendar_file import CalendarAsk, ScheduleLine, calendar, schedule
from services.setup.code import announce, new_code
from services.setup.contacts import ContactRow, EditContact, WhichContact, contacts, delete_contact, edit_contact
from services.setup.doctor import Finding, FindingRow, diagnosis, examine
from services.setup.duties import StartOn, StepDuty, assign_step, owners, propose_dates
from services.setup.features import FEATURES, features_of, hidden_pages
from services.setup.guide import GuideRow, StepMark, StepRow, guide, mark_step
from services.setup.headcount import count_again
from services.setup.look import ChangedLook, Look, NewLogo, change_logo, change_look, logo, look, remove_logo, show_look
from services.setup.organisation import OrganisationRow, edit_organisation, organisation
from services.setup.plan import FeatureRow, FeatureUse, features_in_use, plan, use_feature
from services.setup.standing import StandingRow, standing
from services.setup.start import FirstStart, InstallationRow, Started, StartWith, installation, start
from services.setup.steps import STEP_COUNT, StepState
from services.setup.work import WorkAsk, WorkStatus, show_work
from services.setup.works import ListedWork, WorksAsk, list_works

__all__ = [
    "FEATURES", "STEP_COUNT", "CalendarAsk", "ChangedLook", "ContactRow", "EditContact", "FeatureRow", "FeatureUse",
    "Finding", "FindingRow", "FirstStart", "GuideRow", "InstallationRow", "ListedWork", "Look", "NewLogo",
    "OrganisationRow", "ScheduleLine", "StandingRow", "StartOn", "StartWith", "Started", "StepDuty", "StepMark",
    "StepRow", "StepState", "WhichContact", "WorkAsk", "WorkStatus", "WorksAsk", "announce", "assign_step", "calendar",
    "change_logo", "change_look", "contacts", "count_again", "delete_contact", "diagnosis", "edit_contact",
    "edit_organisation", "examine", "features_in_use", "features_of", "guide", "hidden_pages", "installation",
    "list_works", "logo", "look", "mark_step", "new_code", "organisation", "owners", "plan", "propose_dates",
    "remove_logo", "schedule", "show_look", "show_work", "standing", "start", "use_feature",
]  # fmt: skip
