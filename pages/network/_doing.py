"""What is done with people of a list of the contact network: remind them, or say that a number is shared."""

from collections.abc import Sequence

import streamlit as st

from core import clock
from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import day
from pages import kit
from services.network import (
    Finding,
    NetworkAsk,
    NetworkRow,
    Revive,
    ReviveFound,
    Share,
    revive,
    revive_found,
    share_numbers,
    to_list,
)
from services.registration import guide_preview

MADE = "network.made-list"
WHOM = {"picked": N_("The chosen ({count})"), "found": N_("All found")}


def listing(question: NetworkAsk, picked: Sequence[NetworkRow], actor: Actor) -> None:
    """Offer to put people on a recipient list, to whom a broadcast can be written then."""
    with st.popover(_(N_("Remind them…")), icon=":material/campaign:"):
        st.caption(_(N_("Puts them on a recipient list; then write a broadcast to it, or take the list for later.")))
        whom = st.radio(
            _(N_("Whom")), list(WHOM), format_func=lambda one: _(WHOM[one], count=len(picked)), horizontal=True,
            index=0 if picked else 1, key=f"network.whom.{bool(picked)}",
        )  # fmt: skip
        chosen = {"person_ids": [row.id for row in picked]} if whom == "picked" else {"found": question.anywhere}
        about = kit.said(question.finding) if question.finding else _(N_("Contact network"))
        name = f"{about} {day(clock.today())}"
        if whom == "picked" and not picked:
            st.info(_(N_("Choose people in the list first.")), icon=":material/checklist:")
            return
        # Another list of the contact network begins another form, under its own name.
        key = f"network-list-{whom}-{question.finding or 'all'}"
        made = kit.operate(to_list, key, initial={"name": name}, fills=chosen,
                           submit=_(N_("Make the list")))  # fmt: skip
        if made:
            st.session_state[MADE] = made.result
    if MADE in st.session_state:
        _made(actor)


def _made(actor: Actor) -> None:
    made = st.session_state[MADE]
    with st.container(border=True):
        st.markdown(_(N_("“{name}” holds {count} people."), name=kit.literal(made.name), count=kit.number(made.people)))
        with st.container(horizontal=True, gap="small"):
            if st.button(_(N_("Write a broadcast to it")), icon=":material/edit_square:", key="write", type="primary"):
                del st.session_state[MADE]
                kit.go("broadcasts/new.py", {"list": made.id})
            if guide_preview.allowed(actor) and st.button(
                _(N_("Guide them to register")), icon=":material/contact_mail:", key="guide"
            ):
                del st.session_state[MADE]
                kit.go("registration/guide.py", {"list_id": made.id})
            if st.button(_(N_("Open the list")), icon=":material/list:", key="open-list"):
                del st.session_state[MADE]
                kit.go("people/recipients.py", {"id": made.id})


def sharing(picked: Sequence[NetworkRow]) -> None:
    """Offer to say of the chosen people's numbers that they are shared on purpose, or no longer."""
    taking_back = st.query_params.get("finding") == Finding.NUMBER_SHARED.value
    label = N_("No longer shared ({count})") if taking_back else N_("Shared on purpose ({count})")
    if st.button(
        _(label, count=len(picked)), icon=":material/family_restroom:", key="share", disabled=not picked,
        help=_(N_("For a phone that a family shares: the number is no duplicate then, until somebody more has it.")),
    ):  # fmt: skip
        done = kit.do(share_numbers, Share(person_ids=[row.id for row in picked], meant=not taking_back))
        if done:
            kit.flash(_(N_("Saved for {count} numbers."), count=kit.number(done.result.count)))
            st.rerun()


def reviving(question: NetworkAsk, picked: Sequence[NetworkRow], actor: Actor) -> None:
    """Offer to have contacts that fail be sent to again: those of the chosen people, or of all found."""
    whole = not picked and actor.may("network.revive_found", What.BULK)
    label = _(N_("Send again to all found")) if whole else _(N_("Send to them again ({count})"), count=len(picked))
    if st.button(
        label, icon=":material/restart_alt:", key="revive", disabled=not (picked or whole),
        help=_(N_("For contacts that failed for good and work again: they are sent to from the next message on.")),
    ):  # fmt: skip
        done = (
            kit.do(revive_found, ReviveFound(found=question.anywhere))
            if whole
            else kit.do(revive, Revive(person_ids=[row.id for row in picked]))
        )
        if done:
            kit.flash(_(N_("{count} contacts are sent to again."), count=kit.number(done.result.count)))
            st.rerun()
