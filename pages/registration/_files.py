"""The files of printed guides (印刷した登録案内): made by a job, fetched by a route that checks the session."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _, listed
from pages import kit
from services.registration import HandoutRow, WhichHandout, drop_handout, handout, handouts

SHOWN_NAMES = 30


def files(actor: Actor) -> None:
    """Show the files that one asked for within a week: how far they are, to fetch, to delete."""
    rows = kit.ask(handouts)
    st.caption(_(N_("Files hold links, so only you can fetch yours, and they are deleted after 24 hours.")))
    if not rows:
        st.info(
            _(N_("You printed nothing within a week. Choose people under “Guide people”.")), icon=":material/print:"
        )
    for work_id in sorted({row.work_id for row in rows if row.until is None}, reverse=True):
        kit.progress(work_id)
    for row in rows:
        if row.until is not None:
            _file(row, actor)


def _file(row: HandoutRow, actor: Actor) -> None:
    with st.container(border=True):
        asked = kit.moment(row.asked_at)
        title = _(N_("File {part} of {parts}: {people} people, {asked}"), part=row.part, parts=row.parts,
                  people=kit.number(row.people), asked=asked)  # fmt: skip
        st.markdown(f"**{title}**")
        if row.misprinted:
            _misprinted(row.misprinted)
        if not row.ready:
            st.caption(_(N_("Deleted. What was printed stays good.")))
            return
        st.caption(_(N_("Can be fetched until {moment}"), moment=kit.moment(row.until)))
        with st.container(horizontal=True, gap="small"):
            if actor.may(handout.name, What.EXPORT):
                st.link_button(
                    _(N_("Fetch the PDF")), kit.file_address(handout, WhichHandout(id=row.id)), type="primary",
                    icon=":material/download:", key=f"fetch-{row.id}",
                )  # fmt: skip
            if drop_handout.allowed(actor) and st.button(
                _(N_("Delete now")), icon=":material/delete:", key=f"drop-{row.id}"
            ):
                _drop(row)


def _drop(row: HandoutRow) -> None:
    if kit.do(drop_handout, WhichHandout(id=row.id)):
        kit.flash(_(N_("The file was deleted. What was printed stays good.")))
        st.rerun()


def _misprinted(names: list[str]) -> None:
    shown = listed(names[:SHOWN_NAMES])
    if len(names) > SHOWN_NAMES:
        shown = _(N_("{names} and others"), names=shown)
    shown = kit.literal(shown)
    st.warning(
        _(N_("The font lacks letters of these names; they are printed in kana or by their code: {names}"), names=shown),
        icon=":material/font_download_off:",
    )  # fmt: skip
