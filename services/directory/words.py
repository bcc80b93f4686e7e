"""The words for vendors, runs and what they do."""

from core.i18n import N_
from core.words import named
from data.models.directory import Nightly, Noun, RunState, Step
from services.directory.sources import SourceKind

named(
    SourceKind,
    smarthr=N_("SmartHR"),
    freee=N_("freee HR"),
    cybozu=N_("cybozu.com"),
    google=N_("Google Workspace"),
    microsoft=N_("Microsoft Entra ID"),
)
named(
    Nightly,
    off=N_("Nothing"),
    look=N_("Read, and wait for somebody to look at it"),
    apply=N_("Read and apply"),
)
named(
    RunState,
    reading=N_("Being read"),
    planning=N_("Being compared"),
    planned=N_("Waiting for you"),
    stopped=N_("Stopped: asks"),
    applying=N_("Being applied"),
    applied=N_("Applied"),
    failed=N_("Failed"),
    dropped=N_("Put aside"),
)
named(Noun, department=N_("Department"), person=N_("Person"))
named(
    Step,
    add=N_("Add"),
    change=N_("Change"),
    leave=N_("Retire"),
    gone=N_("Not in the directory any more"),
    error=N_("Cannot be taken"),
)
