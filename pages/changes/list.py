"""Change-sets (変更セット, N09): every import, edit and retirement, the latest first."""

from core.i18n import N_, _
from pages import kit
from pages.changes._counts import counts_in_words
from pages.kit.guard import guard
from services.changes import search_sets
from services.changes.search import SetRow, SetsAsk

guard("changes.search")


def standing(row: SetRow) -> str:
    """Say whether a change-set stands, was undone, or is an undo itself."""
    if row.undone_by_id:
        return _(N_("Undone"))
    return _(N_("Undo of no. {number}"), number=row.undoes_id) if row.undoes_id else _(N_("Stands"))


kit.header(
    _(N_("Changes")),
    _(N_("Every import, edit and retirement with what it changed. Open one to see it, and to undo it.")),
)
kit.table(
    search_sets,
    kit.filters(SetsAsk),
    columns={
        "title": kit.Column(_(N_("Operation performed")), width=190),
        "at": kit.Column(_(N_("When")), width=140),
        "by": kit.Column(_(N_("By")), width=130),
        "counts": kit.Column(_(N_("What became of it")), value=lambda row: counts_in_words(row.counts)),
        "standing": kit.Column(_(N_("State")), value=standing, width=150),
        "id": kit.Column(_(N_("No.")), number=True, width=70),
    },
    opens=lambda row: ("changes/show.py", {"id": row.id}),
    unit=N_("{count} change-sets"),
    empty=_(N_("Nothing was changed yet, or nothing that fits the filters.")),
)
