"""While an administrator looks as somebody else: a banner on every page, with the way out.

What a tab shows was drawn for somebody. When that has changed meanwhile (it ended, or began in another tab), a click in
it must not count as a click of somebody else: the page is drawn anew, and the click is forgotten.
"""

import streamlit as st

from core.actor import Actor
from core.errors import Refused
from core.i18n import N_, _
from core.shown import literal, moment

DRAWN_FOR = "kit.drawn_for"
CHANGED = N_("Who you are on this page has changed meanwhile, so nothing was done. Look at the page again.")


def changed(actor: Actor) -> bool:
    """Say whether this tab was drawn as somebody else sees it than now."""
    drawn = st.session_state.get(DRAWN_FOR, _looked_as(actor))
    return bool(drawn != _looked_as(actor))


def check(actor: Actor) -> None:
    """Refuse what was clicked on a page that was drawn for somebody else.

    Raises:
        Refused: with the sentence that says so.
    """
    if changed(actor):
        raise Refused(CHANGED)


def begin(actor: Actor) -> None:
    """Note for whom the page is drawn; when that has changed, run it again without what was clicked."""
    was_another = changed(actor)
    st.session_state[DRAWN_FOR] = _looked_as(actor)
    if was_another:
        st.rerun()


def banner(actor: Actor) -> bool:
    """Say on the page as whom somebody looks and until when; return whether they want to end it."""
    if actor.looker is None:
        return False
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key="looking"):
        sentence = N_("You look as **{name}** until {moment}. Nothing can be changed.")
        said = _(sentence, name=literal(actor.name), moment=moment(actor.looker.until))
        st.markdown(f":material/visibility: {said}", width="stretch")
        return st.button(_(N_("End looking")), key="stop-looking", type="primary")


def _looked_as(actor: Actor) -> int:
    return actor.account_id or 0 if actor.looker else 0
