"""What stands in place of a page of a feature that the organisation does not use (X01)."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import joined
from pages.kit.menu import Entry, way_out, way_to
from pages.kit.style import header
from services.setup import features_of

PLAN = "setup/plan.py"


def say(entry: Entry, actor: Actor) -> None:
    """Say that the page belongs to something that is not in use, and how it is switched on."""
    header(_(entry.title))
    names = joined(_(feature.title) for feature in features_of(entry.path))
    if actor.may("setup.use_feature", What.DO):
        said = N_("This page belongs to “{features}”, which is not in use. Switch it on in the operations plan.")
    else:
        said = N_("This page belongs to “{features}”, which is not in use. An administrator can switch it on.")
    st.info(_(said, features=names), icon=":material/toggle_off:")
    if actor.may("setup.plan", What.READ):
        way_to(PLAN)
    way_out()
