"""Rules for signing in (ログインのルール): who has to have a second factor."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.access import rules, set_rules

actor = guard("access.rules")
kit.header(_(N_("Rules for signing in")), _(N_("They hold for everybody, from the next click on.")))
standing = kit.ask(rules)
if actor.may(set_rules.name, set_rules.what):
    key = f"rules-{standing.version}"
    if kit.operate(
        set_rules, key, initial=standing, fills={"version": standing.version}, submit=_(N_("Save")),
        done=_(N_("Saved.")),
    ):  # fmt: skip
        st.rerun()
else:
    kit.facts({_(N_("Two-step sign-in is required of")): standing.second_factor})
