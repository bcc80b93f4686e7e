"""Words about the regions of people."""

from core.i18n import N_
from core.words import named
from data.models.people import RegionLabel

named(RegionLabel, home=N_("Where they live"), work=N_("Workplace"), family=N_("Family"), other=N_("Other place"))
BY_THEMSELVES = N_("Added by the person")
