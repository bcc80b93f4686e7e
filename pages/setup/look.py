"""How the organisation looks (組織の表示): its name, colour and logo, on the console and on public pages."""

from html import escape

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.setup import NewLogo, change_logo, change_look, remove_logo, show_look
from services.setup.logo import LARGEST

LOGO = "logo"
TURN = "logo.turn"
"""How many logos were taken in: the uploader of the next one is another widget, and empty."""

actor = guard("setup.look")
kit.header(
    _(N_("Name, colour and logo")),
    _(N_("Shown in the console, on the sign-in page and on the pages on which people reply.")),
)
present = kit.ask(show_look)


def name_and_colour() -> None:
    """Ask for the name and the colour."""
    changed = kit.operate(
        change_look, f"look-{present.version}", initial=present, fills={"version": present.version},
        submit=_(N_("Save")), done=_(N_("Saved. Other people see it with their next click.")),
    )  # fmt: skip
    if changed:
        st.rerun()


def logo() -> None:
    """Show the logo that is there, take another one, or take it away."""
    if present.logo:
        said = escape(_(N_("The present logo")))
        st.html(f'<img src="/logo/{present.logo}.png" alt="{said}" class="logo">')
    turn = st.session_state.setdefault(TURN, 0)
    file = st.file_uploader(
        _(N_("Logo")), type=["png", "jpg", "jpeg", "webp"], key=f"{LOGO}.{turn}",
        help=_(N_("PNG, JPEG or WebP of up to {limit} KB; a wide one with a clear ground looks best."),
               limit=LARGEST // 1024),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        using = st.button(_(N_("Use this logo")), type="primary", disabled=file is None, key="use")
        removing = bool(present.logo) and st.button(_(N_("Remove the logo")), key="remove")
    if using and file is not None and kit.do(change_logo, NewLogo(content=file.getvalue()[: LARGEST + 1])):
        st.session_state[TURN] += 1
        kit.flash(_(N_("The logo is in use.")))
        st.rerun()
    if removing and kit.do(remove_logo):
        kit.flash(_(N_("The logo is removed.")))
        st.rerun()


if actor.may("setup.change_look", What.DO):
    name_and_colour()
else:
    kit.facts({_(N_("Name of the organisation")): present.name, _(N_("Colour")): present.accent}, label=present.name)
if actor.may("setup.change_logo", What.DO):
    st.subheader(_(N_("Logo")), anchor=False)
    logo()
