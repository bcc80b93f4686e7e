"""What people call the kinds and states of this room."""

from core.i18n import N_
from core.words import named
from data.models.broadcasts import BroadcastKind, BroadcastState, QuestionKind

named(
    BroadcastKind,
    test=N_("Test"),
    manual=N_("Safety confirmation"),
    drill=N_("Drill"),
    survey=N_("Survey"),
    notice=N_("Notice"),
    automatic=N_("Automatic"),
    contact_check=N_("Contact check"),
)
named(
    BroadcastState,
    draft=N_("Draft"),
    sending=N_("Being sent"),
    stopped=N_("Stopped"),
    open=N_("Taking answers"),
    closed=N_("Closed"),
)
named(
    QuestionKind,
    choice=N_("One choice"),
    choices=N_("Several choices"),
    text=N_("Free text"),
    number=N_("Whole number"),
    date=N_("Day"),
)
