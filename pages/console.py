"""The console's main script: runs before every page and always reaches st.navigation.

Until ``st.navigation`` has run, Streamlit may serve scripts that lie beside the main script by their address, without
this script and so without a sign-in. Nothing may come between the first line and the navigation, not even a fault.
"""

import streamlit as st

from core.actor import Actor
from core.database import transaction
from core.i18n import N_, _
from core.shown import literal
from pages.kit import edge, guard, looking, menu, unused
from pages.kit.look import show_logo, tint
from pages.kit.redirect import redirect, signed_out
from pages.kit.style import style
from services import access, setup

st.set_page_config(page_icon="📣", layout="wide")
look = setup.Look()
try:
    with transaction(Actor.system("console")) as tx:
        actor, look, hidden = guard.actor_in(tx, anew=True), setup.look(tx), setup.hidden_pages(tx)
    tint(look)
    page = menu.console(actor, hidden) if actor else menu.outside(guard.way_in())
except Exception as error:  # noqa: BLE001 - whatever happens, a navigation must be reached
    actor, fault = None, error
    page = menu.outside(lambda: edge.show(fault))

style(look)
if actor is not None:
    show_logo(look)
    if look.name:
        st.sidebar.caption(literal(look.name))
    looking.begin(actor)
    with st.sidebar, st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(literal(actor.name))
        leaving = st.button(_(N_("Sign out")), icon=":material/logout:", key="sign-out", type="tertiary")
    if leaving and edge.do(access.sign_out):
        signed_out()
with guard.known(actor):
    if actor is not None:
        st.button(_(N_("Find")), icon=":material/search:", key="find", type="tertiary")  # for find.js
        if looking.banner(actor) and (ended := edge.do(access.stop_looking)):
            redirect(f"/access-account?id={ended.result.id}")
    if actor is not None and (entry := menu.unused()):
        unused.say(entry, actor)
    else:
        page.run()
