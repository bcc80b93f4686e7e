"""Lists of people put together by hand (宛先リスト), to send to: find, open, make."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.people import edit_list, list_lists
from services.people.lists import ListsAsk

actor = guard("people.lists")
kit.header(_(N_("Recipient lists")), _(N_("People put together by hand, such as first aiders, to send to at once.")))
if actor.may("people.edit_list", What.DO):
    with st.expander(_(N_("Make a list")), icon=":material/playlist_add:"):
        made = kit.operate(
            edit_list, "list-new", submit=_(N_("Make")), done=_(N_("The list was made. Put people on it."))
        )
    if made:
        kit.go("people/recipients.py", {"id": made.result.id})
kit.table(
    list_lists,
    kit.filters(ListsAsk),
    columns={
        "name": kit.Column(_(N_("Name")), sort="name"),
        "people": kit.Column(_(N_("Number of people")), number=True),
    },
    opens=lambda row: ("people/recipients.py", {"id": row.id}),
    unit=N_("{count} lists"),
    empty=_(N_("There is no list yet. Make the first one above.")),
)
