"""Lists of people put together by hand (宛先リスト), to send to."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.people import add_to_list, delete_list, edit_list, list_lists, remove_from_list, search_people
from services.people.lists import ListAsk, ListMembers, ListRow, ListsAsk
from services.people.search import PeopleAsk, PersonRow

actor = guard("people.lists")
COLUMNS = {"name": _(N_("Name")), "code": _(N_("Code")), "department": _(N_("Department"))}
ON, OTHERS = "on", "others"


def make() -> None:
    """Ask for a new list."""
    with st.expander(_(N_("Make a list")), icon=":material/playlist_add:"):
        made = kit.operate(edit_list, "list-new", submit=_(N_("Make")), done=_(N_("The list was made.")))
    if made:
        st.query_params["id"] = str(made.result.id)
        st.rerun()


def show(row: ListRow) -> None:
    """Show who is on a list, and change it."""
    st.subheader(row.name, anchor=False)
    who, people, rename = st.tabs([_(N_("On this list")), _(N_("Add people")), _(N_("Rename or delete"))])
    with who:
        members(row)
    with people:
        others(row)
    with rename:
        change(row)


def members(row: ListRow) -> None:
    """Show who is on the list, and take off those who are picked."""
    question = kit.filters(PeopleAsk, key=ON, fills={"list_id": row.id})
    picked = kit.pick(search_people, question, columns=COLUMNS, key=ON, unit=N_("{count} people"),
                      empty=_(N_("Nobody is on this list yet. Add people under the next tab.")))  # fmt: skip
    if actor.may("people.list_remove", What.DO):
        taking = st.button(_(N_("Take off the list ({count})"), count=len(picked)), key="take", disabled=not picked)
        if taking and (done := kit.do(remove_from_list, _members(row, picked))):
            kit.flash(_(N_("{count} people were taken off the list."), count=done.result.count))
            st.rerun()


def others(row: ListRow) -> None:
    """Find people and put those who are picked on the list."""
    question = kit.filters(PeopleAsk, key=OTHERS)
    picked = kit.pick(search_people, question, columns=COLUMNS, key=OTHERS, unit=N_("{count} people"))
    if actor.may("people.list_add", What.DO):
        adding = st.button(_(N_("Put on the list ({count})"), count=len(picked)), key="put", type="primary",
                           disabled=not picked)  # fmt: skip
        if adding and (done := kit.do(add_to_list, _members(row, picked))):
            kit.flash(_(N_("{count} people were put on the list."), count=done.result.count))
            st.rerun()


def _members(row: ListRow, picked: list[PersonRow]) -> ListMembers:
    return ListMembers(list_id=row.id, person_ids=[person.id for person in picked])


def change(row: ListRow) -> None:
    """Rename the list, or delete it."""
    if actor.may("people.edit_list", What.DO):
        renamed = kit.operate(
            edit_list, f"list-{row.id}-{row.version}", initial=row, fills={"id": row.id, "version": row.version},
            submit=_(N_("Save")), done=_(N_("Saved.")),
        )  # fmt: skip
        if renamed:
            st.rerun()
    if actor.may("people.delete_list", What.DO) and st.button(
        _(N_("Delete this list")), icon=":material/delete:", key="delete"
    ):
        kit.confirm(
            _(N_("Delete “{name}”?"), name=row.name),
            _(N_("The list is gone for good. The people stay, and broadcasts that used it keep their recipients.")),
            yes=_(N_("Delete")), then=lambda: kit.do(delete_list, ListAsk(id=row.id)),
        )  # fmt: skip


kit.header(_(N_("Recipient lists")), _(N_("People put together by hand, such as first aiders, to send to at once.")))
if actor.may("people.edit_list", What.DO):
    make()
picked = kit.table(
    list_lists,
    kit.filters(ListsAsk),
    columns={"name": kit.Column(_(N_("Name")), sort="name"), "people": kit.Column(_(N_("Number of people")), number=True)},
    selects=True,
    unit=N_("{count} lists"),
    empty=_(N_("There is no list yet. Make the first one above.")),
)
if picked:
    show(picked)
