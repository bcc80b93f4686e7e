"""How the organisation looks, on the pages of the console: its colour in Streamlit's theme and in ours, its logo."""

import streamlit as st
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.actor import Actor
from core.database import transaction
from core.shown import literal
from services import setup
from services.setup.colours import DARK_SECOND, LIGHT_SECOND

DARK = "dark"


def current_look() -> setup.Look:
    """Return how the organisation looks at this moment; Streamlit's theme follows."""
    with transaction(Actor.system("console")) as tx:
        look = setup.look(tx)
    tint(look)
    return look


def tint(look: setup.Look) -> None:
    """Put the colour into Streamlit's theme, that of the whole process; browsers get it with their next run."""
    for section, colour in (("light", look.accent), ("dark", look.accent_dark)):
        option = f"theme.{section}.primaryColor"
        if config.get_option(option) != colour:
            config.set_option(option, colour)


def variables(look: setup.Look) -> str:
    """Return the colours that our own rules use, as CSS; each is two, and the theme that is shown decides."""
    colours = {
        "accent": (look.accent, look.accent_dark),
        "on-accent": (look.on_accent, look.on_accent_dark),
        "second": (LIGHT_SECOND, DARK_SECOND),
        "soft": ("#57606a", "#b3bfca"),
        "line": ("#8c959f", "#7d8b98"),
        "thin": ("#d8dade", "#35404b"),
    }
    return " ".join(f"--{name}: light-dark({light}, {dark});" for name, (light, dark) in colours.items())


def is_dark() -> bool:
    """Say whether the browser shows the dark theme; a change of it runs the page again."""
    return st.context.theme.type == DARK


def show_logo(look: setup.Look) -> None:
    """Show the logo above the menu.

    Not by ``st.logo``: that takes the picture's bytes on every run, and hands them out by another address.
    """
    context = get_script_run_ctx()
    if context is not None and look.logo:
        message = ForwardMsg()
        message.logo.image = look.logo_address
        message.logo.size = "large"
        context.enqueue(message)


def heading_of(look: setup.Look) -> None:
    """Show whose console this is, on the pages before the sign-in."""
    if look.logo:
        # The name stands beside it: a reader who does not see the picture needs no second one.
        st.html(f'<img src="{look.logo_address}" alt="" width="{look.width}" height="{look.height}" class="logo">')
    if look.name:
        st.markdown(f"**{literal(look.name)}**")
