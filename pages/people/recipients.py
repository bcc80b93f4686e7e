"""One list of people (宛先リスト): who is on it, put people on it, rename, delete."""

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
BACK = (_(N_("Recipient lists")), "people/lists.py")


def show(row: ListRow) -> None:
    """Show who is on a list, and change it."""
    kit.header(row.name, _(N_("{count} people"), count=kit.number(row.people)), back=BACK)
    who, people, rename = st.tabs([_(N_("On this list")), _(N_("Add people")), _(N_("Rename or delete"))])
    with who:
        members(row)
    with people:
        others(row)
    with rename:
        change(row)
        kit.history_below("person_list", row.id)


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
            _(N_("The people stay, and broadcasts that used it keep their recipients. “Changes” can bring the list "
                 "back.")),
            yes=_(N_("Delete")), then=lambda: delete(row),
        )  # fmt: skip


def delete(row: ListRow) -> None:
    """Delete the list and go back to the others."""
    if kit.do(delete_list, ListAsk(id=row.id)):
        kit.flash(_(N_("“{name}” was deleted."), name=row.name))
        kit.go("people/lists.py")


found = kit.ask(list_lists, ListsAsk(id=kit.number_in_address("id"))).rows
if found:
    show(found[0])
else:
    kit.header(_(N_("Recipient list")), back=BACK)
    st.info(_(N_("This list does not exist any more.")), icon=":material/search_off:")
