"""What people call the kinds and states of this room."""

from core.i18n import N_
from core.words import named
from data.models.people import ContactKind, ContactOrigin, ContactState, ImportKind, ImportState, RowAction
from services.people.search import Whose

named(Whose, active=N_("Current"), retired=N_("Former"), all=N_("All"))
named(ContactKind, mail=N_("Mail"), mobile=N_("Mobile"), app=N_("App"), line=N_("LINE"))
named(ContactOrigin, office=N_("From the office"), person=N_("Private"))
named(ContactState, untried=N_("Not tried yet"), works=N_("Works"), dead=N_("Not reached"))
named(ImportKind, people=N_("People"), departments=N_("Departments"))
named(
    ImportState,
    uploaded=N_("Uploaded"),
    checking=N_("Being checked"),
    checked=N_("Checked"),
    applying=N_("Being imported"),
    applied=N_("Imported"),
    failed=N_("Not imported"),
)
named(RowAction, add=N_("Will be added"), change=N_("Will be changed"), same=N_("Stays as it is"), error=N_("Error"))
