"""How many records a change-set is about, in words."""

from collections.abc import Mapping

from core.i18n import N_, _, listed
from core.shown import number, said
from services.changes import ChangeAction, kinds


def counts_in_words(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Say on one line what became of how many records."""
    return "　".join(
        _(N_("{kind}: {counts}"), kind=kind.title, counts=listed(
            f"{said(ChangeAction(action))} {number(counts[kind.name][action])}"
            for action in ChangeAction if action in counts[kind.name]
        ))
        for kind in kinds() if kind.name in counts
    )  # fmt: skip
