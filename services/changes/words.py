"""What people call what became of a record, and where an undo stands."""

from core.i18n import N_
from core.words import named
from data.models.changes import ChangeAction, Standing, UndoState

named(
    ChangeAction,
    added=N_("Added"),
    changed=N_("Changed"),
    retired=N_("Retired or taken out of use"),
    reinstated=N_("Taken back"),
    removed=N_("Removed"),
)
named(Standing, touched=N_("Changed since"), blocked=N_("Cannot go back"))
named(
    UndoState,
    checking=N_("Being checked"),
    checked=N_("Checked"),
    undoing=N_("Being undone"),
    undone=N_("Undone"),
    failed=N_("Not undone"),
)
