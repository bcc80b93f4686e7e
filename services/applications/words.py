"""What people call the states of an application."""

from core.i18n import N_
from core.words import named
from data.models.applications import ApplicationState

named(
    ApplicationState,
    waiting=N_("Waiting for a decision"),
    returned=N_("Sent back"),
    approved=N_("Approved"),
    withdrawn=N_("Taken back"),
)
