"""What people call the kinds and states of this room."""

from core.i18n import N_
from core.words import named
from data.models.safety import RuleKind, RuleWho, Source, Verdict
from services.safety.coasts import CoastMark
from services.safety.intensity import Intensity
from services.safety.telegrams import InfoType, SpecialWarning, Status, TsunamiGrade

named(Intensity, **{intensity.value: intensity.message for intensity in Intensity})
named(TsunamiGrade, **{grade.value: grade.message for grade in TsunamiGrade})
named(SpecialWarning, **{kind.value: kind.message for kind in SpecialWarning})
named(
    Verdict,
    opened=N_("Broadcast opened"),
    extended=N_("More people asked"),
    stopped=N_("Sending stopped"),
    waiting=N_("Waits"),
    silent=N_("Nothing sent"),
)
named(Source, command_line=N_("Command line"), upload=N_("File taken in by hand"), feed=N_("JMA's feed"))
named(Status, normal=N_("Real"), drill=N_("Drill"), test=N_("Test telegram"))
named(InfoType, issue=N_("Issue"), correction=N_("Correction"), cancel=N_("Cancellation"))
named(RuleKind, earthquake=N_("Earthquake"), tsunami=N_("Tsunami"), special_warning=N_("Special warning"))
named(
    RuleWho,
    regions=N_("People by their own regions"),
    fixed=N_("Fixed areas and recipients"),
    everybody=N_("Everybody, anywhere in the country"),
)
named(
    CoastMark,
    ours=N_("Made by us"),
    added=N_("Added by correction"),
    taken_away=N_("Taken away by correction"),
)
