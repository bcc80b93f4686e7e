"""Comments that call me (メンション): what somebody wrote for me, and about what."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.comments import MentionRow, MentionsAsk, WhichMentions, mentions, see_mentions

guard()


def show(row: MentionRow) -> None:
    """Show one comment with the way to what it is about."""
    with st.container(border=True, gap="small"):
        st.markdown(f"**{kit.literal(row.author)}** :small[{kit.moment(row.created_at)}]")
        if row.name:
            st.page_link(
                row.page, label=kit.literal(row.name), icon=":material/arrow_forward:",
                query_params={"id": str(row.record_id), "view": "comments"},
            )  # fmt: skip
            kit.prose(row.text)
        else:
            st.caption(_(N_("You may not see any more what this is about.")))
        if row.waits and st.button(_(N_("I have seen this")), icon=":material/done:", key=f"see-{row.id}"):
            see([row.id])


def see(ids: list[int]) -> None:
    """Note that comments were seen."""
    if kit.do(see_mentions, WhichMentions(ids=ids)):
        st.rerun()


def show_all(rows: Sequence[MentionRow]) -> None:
    """Show a page of comments."""
    waiting = [row for row in rows if row.waits]
    if len(waiting) > 1 and st.button(_(N_("I have seen all of them")), icon=":material/done_all:", key="see-all"):
        see([])
    for each in rows:
        show(each)


kit.header(_(N_("Comments for you")), _(N_("Comments in which somebody calls you, the newest first.")))
kit.paged(
    mentions, kit.filters(MentionsAsk), show_all, unit=N_("{count} comments"),
    empty=_(N_("There is no comment for you here.")),
)  # fmt: skip
