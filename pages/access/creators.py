"""Who may create messages (メッセージの作成許可の設定, D10)."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.access import message_rule, set_message_rule

actor = guard("access.message_rule")
kit.header(
    _(N_("Who may create messages")),
    _(N_("Managers and crisis managers at first. It holds from everybody's next click on.")),
    next_step=(_(N_("Permission sets")), "access/sets.py"),
)
standing = kit.ask(message_rule)
st.markdown(
    _(N_("All users: each account writes tests, notices, surveys and safety confirmations to its own departments and "
         "all below, and sees who answered what in its own messages. It sees no addresses, no messages of others, and "
         "nobody outside of its departments."))
)  # fmt: skip
if actor.may(set_message_rule.name, set_message_rule.what):
    key = f"creators-{standing.version}"
    if kit.operate(
        set_message_rule, key, initial=standing, fills={"version": standing.version}, submit=_(N_("Save")),
        done=_(N_("Saved.")),
    ):  # fmt: skip
        st.rerun()
else:
    kit.facts({_(N_("Messages are created by")): standing.creators})
