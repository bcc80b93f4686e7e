"""A new broadcast, step by step (一斉送信の作成, D13, N02): text and questions, recipients, rehearsal, send."""

from functools import partial

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.broadcasts._sending import planning, reminding, sending
from pages.broadcasts._steps import keep_recipients, recipients_step, rehearsal_step, text_step
from pages.kit.guard import guard
from services.broadcasts import BroadcastState, Which, WhichDraft, discard, rehearse, show

actor = guard("broadcasts.draft")
STEPS = (
    kit.Step("text", _(N_("Text and questions"))),
    kit.Step("recipients", _(N_("Recipients"))),
    kit.Step("rehearsal", _(N_("Rehearsal and sending"))),
)


def discarding(broadcast_id: int) -> None:
    """Offer to throw the draft away."""
    if actor.may("broadcasts.discard", What.DO) and st.button(
        _(N_("Discard this draft")), icon=":material/delete:", type="tertiary", key="discard"
    ):
        kit.confirm(
            _(N_("Discard this draft?")), _(N_("Nothing was sent. The draft is gone for good.")),
            yes=_(N_("Discard")), then=lambda: throw_away(broadcast_id),
        )  # fmt: skip


def throw_away(broadcast_id: int) -> bool:
    """Discard the draft and go back to the list."""
    if kit.do(discard, WhichDraft(id=broadcast_id)) is None:
        return False
    kit.flash(_(N_("The draft was discarded.")))
    kit.go("broadcasts/list.py")
    return True


kit.header(
    _(N_("New broadcast")),
    _(N_("Nothing is sent before the rehearsal has shown who will be reached.")),
    back=(_(N_("Broadcasts")), "broadcasts/list.py"),
)
shown = kit.ask(show, Which(id=kit.number_in_address("id"))) if "id" in st.query_params else None
row = shown.broadcast if shown else None
if row and row.state is not BroadcastState.DRAFT:
    st.info(_(N_("This broadcast was sent already.")), icon=":material/send:")
    if st.button(_(N_("Watch it")), type="primary", key="watch"):
        kit.go("broadcasts/show.py", {"id": row.id})
    st.stop()
correction = row is not None and row.corrects_id is not None
furthest = "text" if row is None else "recipients" if row.audience.is_empty and not correction else "rehearsal"
wizard = kit.wizard(STEPS, reached=furthest)
if wizard.current == "text":
    kept = text_step(row)
    if kept:
        st.query_params["id"] = str(kept.id)
        wizard.go("recipients")
        st.rerun()
elif shown and correction and wizard.current == "recipients":
    st.info(_(N_("A correction goes to everybody whom “{title}” asked."), title=kit.literal(shown.corrects)))
    wizard.buttons()
elif row and shown and wizard.current == "recipients":
    audience = recipients_step(actor, shown)
    wizard.buttons(
        ready=not audience.is_empty,
        why=_(N_("Choose at least one kind of recipient.")),
        then=partial(keep_recipients, row, audience),
    )
elif row and shown:
    found = kit.ask(rehearse, WhichDraft(id=row.id))
    with st.container(horizontal=True, gap="small"):
        if actor.may("broadcasts.send", What.DO):
            sending(found)
        wizard.buttons(forward=False)
    planning(actor, shown, found)
    reminding(actor, row)
    rehearsal_step(actor, found)
if row:
    discarding(row.id)
