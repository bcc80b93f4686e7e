"""One change-set (変更セット): what it did to which record, and undoing it (元に戻す)."""

from collections.abc import Sequence

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.shown import aside, page_address
from pages import kit
from pages.changes._counts import counts_in_words
from pages.changes._undo import offer, show_preview
from pages.kit.guard import guard
from services.changes import list_records, show_set
from services.changes.saying import ChangedRecord
from services.changes.search import RecordsAsk, SetRow, WhichSet

actor = guard("changes.show")


def show_standing(found: SetRow) -> None:
    """Say whether it stands, and lead to what undid it or what it undid."""
    if found.undone_by_id:
        st.warning(_(N_("This change-set was undone.")), icon=":material/undo:")
        if st.button(_(N_("See the undo")), icon=":material/undo:", key="see-undo"):
            kit.go("changes/show.py", {"id": found.undone_by_id})
    if found.undoes_id:
        st.info(_(N_("This is an undo. To bring back what it undid, undo it.")), icon=":material/undo:")
        if st.button(_(N_("See what was undone")), icon=":material/history:", key="see-undone"):
            kit.go("changes/show.py", {"id": found.undoes_id})


def draw(rows: Sequence[ChangedRecord]) -> None:
    """Show what became of each record."""
    kit.differences(
        [_(N_("Record")), _(N_("What became of it"))],
        [
            kit.Group(
                (aside(row.name, row.kind_title), row.action), row.fields,
                address=f"{page_address(row.page)}?id={row.record_id}" if row.there else None,
                instead=_(N_("What it was is no longer kept.")) if row.erased else "",
            )
            for row in rows
        ],
    )  # fmt: skip


found = kit.ask(show_set, WhichSet(id=kit.number_in_address("id")))
kit.header(
    _(N_("Change no. {number}"), number=found.id) + f"　{found.title}",
    f"{kit.moment(found.at)}　{found.by}　{counts_in_words(found.counts)}",
    back=(_(N_("Changes")), "changes/list.py"),
)
show_standing(found)
undo_id = kit.number_if_any("undo")
if undo_id is not None and actor.may("changes.undo_show", What.READ):
    show_preview(undo_id, actor)
elif found.undoable and actor.may("changes.undo", What.DO) and actor.may("changes.prepare_undo", What.DO):
    offer(found)
if actor.may("changes.records", What.READ):
    st.subheader(_(N_("What was changed")), anchor=False)
    kit.paged(
        list_records, kit.filters(RecordsAsk, key="records", fills={"id": found.id}), draw, key="records",
        unit=N_("{count} records"), empty=_(N_("No record that you may see is like this.")),
    )  # fmt: skip
