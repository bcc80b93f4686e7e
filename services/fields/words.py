"""What people call the kinds of own fields."""

from core.i18n import N_
from core.words import named
from data.models.fields import OwnKind

named(
    OwnKind,
    text=N_("Line of text"),
    number=N_("Numeric value"),
    date=N_("Date"),
    choice=N_("One choice"),
    choices=N_("Several choices"),
    person=N_("A person"),
    department=N_("A department"),
)
