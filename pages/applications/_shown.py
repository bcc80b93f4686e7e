"""What applications want, side by side with what is kept."""

from collections.abc import Sequence

from core.i18n import N_, _
from core.shown import NONE
from pages import kit
from services.applications import ApplicationRow, Difference


class Shown:
    """A field as it is compared; what somebody changed meanwhile stands with it."""

    def __init__(self, one: Difference) -> None:
        """Write one difference."""
        self.label, self.before, self.after = one.label, one.before, one.after or NONE
        if one.changed:
            self.label = _(N_("{label} (now: {now})"), label=one.label, now=one.now or NONE)


def shown_fields(rows: Sequence[ApplicationRow]) -> None:
    """Show what applications want, without saying whose they are."""
    kit.differences(
        (), [kit.Group((), [Shown(one) for one in row.changes], instead=_(ERASED)) for row in rows],
        before=_(N_("Kept")), after=_(N_("Applied for")),
    )  # fmt: skip


ERASED = N_("What it said is no longer kept.")
