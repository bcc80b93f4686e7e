"""What I have begun (書きかけ): what was typed into forms and not saved yet, with the way back to it."""

from urllib.parse import parse_qs

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.kit.menu import PAGES
from services.desk import DraftRow, WhichDraft, discard_draft, drafts

guard()
PATHS = {entry.url: entry for entry in PAGES}


def show(row: DraftRow) -> None:
    """Show one draft: what it is, since when, and what can be done with it."""
    url, _mark, query = row.place.partition("?")
    entry = PATHS.get(url)
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        where = _(entry.title) if entry else ""
        since = _(N_("typed on {moment}"), moment=kit.moment(row.updated_at))
        st.markdown(f"**{kit.literal(row.title)}** {kit.literal(where)}  \n:small[{since}]", width="stretch")
        if entry and st.button(_(N_("Go on with it")), icon=":material/edit_note:", key=f"open-{row.form}"):
            kit.go(entry.path, {name: values[-1] for name, values in parse_qs(query).items()})
        if st.button(_(N_("Discard")), icon=":material/delete:", key=f"discard-{row.form}"):
            kit.confirm(
                _(N_("Discard what you typed?")), _(N_("It cannot be brought back.")), yes=_(N_("Discard")),
                then=lambda: kit.do(discard_draft, WhichDraft(form=row.form)),
            )  # fmt: skip


kit.header(
    _(N_("Begun, not saved")),
    _(N_("What you typed into a form and have not saved. It is kept for 30 days, and only you see it.")),
)
found = kit.ask(drafts)
if not found:
    st.info(_(N_("You have saved everything that you typed.")), icon=":material/check_circle:")
for each in found:
    show(each)
