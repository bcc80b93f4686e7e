"""Whether JMA's telegrams come in by themselves: how that stands, what is wrong, and the switch (自動受信)."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import aside
from core.words import word
from pages import kit
from services.safety import FeedState, FeedSwitch, feed_state, switch_feed

PAGE = "safety/telegrams.py"


def show_feed(actor: Actor) -> None:
    """Show the state of the automatic reading to those who may see it."""
    if not actor.may("safety.feed_state", What.READ):
        return
    state = kit.ask(feed_state)
    with st.container(border=True):
        said, button = st.columns([3, 1], vertical_alignment="center")
        with said:
            in_words(state)
        with button, st.container(horizontal=True, horizontal_alignment="right"):
            if actor.may("safety.switch_feed", What.DO):
                switching(state)
        if state.enabled:
            details(state)


def tell_if_nothing_comes(actor: Actor) -> None:
    """Tell where rules are made that no telegrams come in by themselves, or that they have not for some time."""
    if not actor.may("safety.feed_state", What.READ):
        return
    state = kit.ask(feed_state)
    if state.enabled and not state.stale_since:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if state.enabled:
            in_words(state)
        else:
            off = N_("Telegrams are not read automatically: rules act only on those that somebody brings as files.")
            st.warning(_(off), icon=":material/cloud_off:")
        st.page_link(PAGE, label=_(N_("Telegrams received")), icon=":material/cell_tower:", width="content")


def in_words(state: FeedState) -> None:
    """Say in one sentence how it stands."""
    if not state.enabled:
        text = N_("**Telegrams are not read automatically.** Somebody has to bring them as files, or switch it on.")
        st.markdown(f":material/cloud_off: {_(text)}")
    elif state.stale_since:
        text = N_("No telegrams have come in since {time} although they are to be read. Until that is mended, nothing "
                  "is sent automatically: look at the reasons below, at the network and at the workers.")  # fmt: skip
        st.error(_(text, time=kit.moment(state.stale_since)), icon=":material/warning:")
    else:
        text = N_("**Telegrams are read every minute** from {host}. Last success: {time}.")
        last = kit.moment(state.last_success) if state.last_success else _(N_("none yet"))
        st.markdown(f":material/cloud_done: {_(text, host=kit.literal(state.host), time=last)}")


def switching(state: FeedState) -> None:
    """Offer to switch it off, or, after a question, on."""
    if state.enabled:
        if st.button(_(N_("Stop reading")), key="feed-off", icon=":material/cloud_off:"):
            kit.confirm(
                _(N_("Stop reading telegrams?")),
                _(N_("From then on no earthquake, tsunami or special warning sends anything by itself.")),
                yes=_(N_("Stop reading")), then=lambda: switch(state, on=False),
            )  # fmt: skip
    elif st.button(_(N_("Read automatically")), key="feed-on", icon=":material/cloud_sync:", type="primary"):
        kit.confirm(
            _(N_("Read telegrams automatically?")),
            _(N_("JMA's feeds are read every minute. What is issued from now on and matches a rule that is switched "
                 "on sends mail at once, without asking anybody. What was issued before sends nothing.")),
            yes=_(N_("Read automatically")), then=lambda: switch(state, on=True),
        )  # fmt: skip


def switch(state: FeedState, *, on: bool) -> bool:
    """Switch it and say so on the next page."""
    if kit.do(switch_feed, FeedSwitch(enabled=on, version=state.version)) is None:
        return False
    done = N_("Telegrams are read from now on. The first look follows within a minute.")
    kit.flash(_(done if on else N_("Telegrams are not read any more.")))
    return True


def details(state: FeedState) -> None:
    """Show what is wrong, and for each feed when it was last read."""
    if state.clock_ahead is not None:
        text = N_("The clock of this machine differs from JMA's by {minutes} minutes. Set it right.")
        st.warning(_(text, minutes=f"{round(state.clock_ahead / 60):+,}"), icon=":material/schedule:")
    for entry in state.failed:
        text = N_("“{title}” of {time} was not taken in: {reason}")
        said = _(text, title=entry.title, time=kit.moment(entry.issued_at), reason=entry.reason)
        st.warning(kit.literal(said), icon=":material/sms_failed:")
        st.link_button(_(N_("Open it at JMA")), entry.url, icon=":material/open_in_new:")
    with st.expander(_(N_("The feeds in detail")), expanded=any(feed.trouble for feed in state.feeds)):
        values = {
            word(feed.name): aside(kit.moment(feed.read_at), feed.trouble) if feed.trouble and feed.read_at
            else feed.trouble or kit.moment(feed.read_at)
            for feed in state.feeds
        }  # fmt: skip
        next_look = kit.moment(state.next_look) if state.next_look else kit.NONE
        kit.facts({**values, _(N_("Next look")): next_look, _(N_("Telegrams to be fetched")): state.waiting})
