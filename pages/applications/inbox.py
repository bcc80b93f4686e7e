"""The inbox of applications (プロフィール申請の承認, X07): before and after side by side; approve, send back."""

from collections.abc import Sequence

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.applications._deciding import deciding
from pages.applications._shown import shown_fields
from pages.kit.guard import guard
from services.applications import ApplicationRow, ApplicationState, InboxAsk, inbox

actor = guard("applications.inbox")
may_decide = actor.may("applications.decide", What.APPROVE)


def can_choose(row: ApplicationRow) -> bool:
    """Say whether the reader may decide about an application now."""
    return may_decide and row.state is ApplicationState.WAITING and not row.mine


def draw(rows: Sequence[ApplicationRow]) -> None:
    """Show each application, and above them what can be done with the chosen ones."""
    bar = st.container(horizontal=True, gap="small")
    chosen = [row for row in rows if draw_one(row)]
    if may_decide and any(can_choose(row) for row in rows):
        with bar:
            deciding(chosen, [row for row in rows if can_choose(row) and not row.changed])


def draw_one(row: ApplicationRow) -> bool:
    """Show an application; say whether it is chosen."""
    with st.container(border=True, gap="small"):
        title = f"{row.name}　{row.code}　{row.department}".strip()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            picked = can_choose(row) and st.checkbox(
                kit.literal(title), key=f"choose-{row.id}-{row.version}", width="stretch"
            )
            if not can_choose(row):
                st.markdown(f"**{kit.literal(title)}**", width="stretch")
            if st.button(_(N_("Person")), key=f"open-{row.id}", icon=":material/person:", type="tertiary"):
                kit.go("people/person.py", {"id": row.person_id})
        facts = [kit.said(row.state), _(N_("applied {moment}"), moment=kit.moment(row.applied_at))]
        if row.decided_at and row.decided_by:
            facts.append(_(N_("decided by {name}, {moment}"), name=row.decided_by, moment=kit.moment(row.decided_at)))
        st.caption(kit.literal("　".join(facts)))
        shown_fields([row])
        if row.note:
            st.markdown(_(N_("Note: {note}"), note=kit.literal(row.note)))
        if row.reason:
            st.markdown(_(N_("Reason: {reason}"), reason=kit.literal(row.reason)))
        if row.changed:
            st.warning(
                _(N_("Somebody changed this person after the application. Approve it alone and overwrite, or send it "
                     "back.")),
                icon=":material/sync_problem:",
            )  # fmt: skip
        if row.mine and row.state is ApplicationState.WAITING:
            st.info(_(N_("This is your own: somebody else decides about it.")), icon=":material/person:")
    return picked


kit.header(
    _(N_("Profile applications")),
    _(N_("What people ask to be changed about themselves. What you approve is changed at once; it can be undone.")),
)
question = kit.filters(InboxAsk, size=20)
kit.paged(
    inbox, question, draw, unit=N_("{count} applications"),
    empty=_(N_("No application is found. People apply from “My page”.")),
)  # fmt: skip
