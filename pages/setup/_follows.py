"""What follows from the operations plan: the steps of the guide, the menu, the channels that are still to be set."""

from collections.abc import Sequence

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import joined
from pages import kit
from pages.kit import menu
from pages.setup._channels import show_channels
from services.setup import FeatureRow, guide

GUIDE, ORGANISATION = "setup/guide.py", "setup/organisation.py"


def show_follows(actor: Actor, features: Sequence[FeatureRow]) -> None:
    """Show what the choice leads to, and where to go on."""
    used = [row for row in features if row.used]
    if not used:
        st.warning(_(N_("Nothing is in use yet. Go back and choose at least one feature.")), icon=":material/error:")
        return
    in_menu, in_guide = st.columns(2, gap="large")
    with in_menu:
        st.subheader(_(N_("The menu")), anchor=False)
        sections: dict[str, list[str]] = {}
        for entry in menu.offered():
            if entry.listed and entry.section:
                sections.setdefault(_(entry.section), []).append(_(entry.title))
        kit.facts({section: joined(titles) for section, titles in sections.items()}, label=_(N_("The menu")))
    if actor.may("setup.guide", What.READ):
        with in_guide:
            show_guide()
    needed = {channel for row in used for channel in row.channels}
    if needed and actor.may("delivery.channels", What.READ):
        st.subheader(_(N_("Channels that this needs")), anchor=False)
        show_channels(only=needed)
    if actor.may("setup.organisation", What.READ):
        st.markdown(_(N_("Next: enter the organisation, then go through the setup guide.")))
        menu.way_to(ORGANISATION)


def show_guide() -> None:
    """Show the steps that are left of the guide."""
    found = kit.ask(guide)
    st.subheader(_(N_("The setup guide")), anchor=False)
    st.markdown("\n".join(f"{step.number}. {step.title}" for step in found.steps))
    menu.way_to(GUIDE)
