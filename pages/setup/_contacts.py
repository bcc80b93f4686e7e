"""The kinds of contact of the operations plan (連絡の種類): which feature carries each, changed where they stand."""

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from pages import kit
from services.setup import ContactRow, WhichContact, contacts, delete_contact, edit_contact

ROWS: kit.Layout = [("name", "feature"), "note"]


def show_contacts(actor: Actor) -> None:
    """Show each kind of contact with what carries it."""
    found = kit.ask(contacts)
    if not found:
        st.info(_(N_("No kind of contact yet. Write down what you tell people, and by what.")),
                icon=":material/search_off:")  # fmt: skip
    for row in found:
        show(actor, row)
    if actor.may("setup.edit_contact", What.DO):
        kit.new_row(_(N_("Add a kind of contact")), _(N_("New kind of contact")), lambda: edit(None))


def show(actor: Actor, row: ContactRow) -> None:
    """Show one kind of contact, and what can be done with it."""
    may_edit = actor.may("setup.edit_contact", What.DO)
    with st.container(border=True):
        words, buttons = st.columns([3, 2], vertical_alignment="center")
        words.markdown(f"**{kit.literal(row.name)}** {carried(row)}  \n:small[{kit.literal(row.note)}]")
        with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
            if may_edit:
                kit.edit_button(row.id)
            if actor.may("setup.delete_contact", What.DO):
                deleting(row)
        if may_edit and kit.is_open(row.id):
            edit(row)


def carried(row: ContactRow) -> str:
    """Return what carries it as a badge."""
    if not row.lacks:
        return f":blue-badge[{row.carried_by}]"
    if row.carried_by:
        unused = _(N_("{feature} is not in use"), feature=row.carried_by)
        return f":orange-badge[:material/error: {unused}]"
    nothing = _(N_("Nothing chosen yet"))
    return f":orange-badge[:material/error: {nothing}]"


def deleting(row: ContactRow) -> None:
    """Offer to delete it."""
    if st.button(_(N_("Delete")), key=f"delete-{row.id}", icon=":material/delete:"):
        kit.confirm(
            _(N_("Delete “{name}”?"), name=row.name), _(N_("“Changes” can bring it back.")), yes=_(N_("Delete")),
            then=lambda: kit.do(delete_contact, WhichContact(id=row.id)),
        )  # fmt: skip


def edit(row: ContactRow | None) -> None:
    """Show the form of a kind of contact, or of a new one."""
    fills = {"id": row.id, "version": row.version} if row else {"id": None, "version": None}
    key = f"contact-{row.id}-{row.version}" if row else "contact-new"
    also = {"feature": {row.feature: row.carried_by}} if row and row.feature else {}
    saved = kit.operate(
        edit_contact, key, initial=row, fills=fills, rows=ROWS, also=also, submit=_(N_("Save")), done=_(N_("Saved."))
    )  # fmt: skip
    kit.close_after(saved, key)
    if row:
        kit.history_below("planned_contact", row.id)
