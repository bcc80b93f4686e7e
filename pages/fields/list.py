"""Own fields (独自項目, N08): which there are, adding, changing, ordering and retiring them."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _, listed
from pages import kit
from pages.fields._form import edit
from pages.kit.guard import guard
from services.fields import OwnFieldRow, OwnKind, move_field, reinstate_field, retire_field, search_fields
from services.fields.order import MovedField, WhichField
from services.fields.queries import FieldsAsk

actor = guard("fields.search")
BADGE = ":{}-badge[{}]"
may_edit = actor.may("fields.edit", What.DO)
may_move = actor.may("fields.move", What.DO)


def show(row: OwnFieldRow, *, first: bool, last: bool) -> None:
    """Show a field, and what can be done with it."""
    with st.container(border=True):
        said, buttons = st.columns([3, 2], vertical_alignment="center")
        said.markdown(f"**{kit.literal(row.label)}** {badges(row)}  \n{in_words(row)}")
        with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
            if may_move and not row.retired_at:
                moving(row, first=first, last=last)
            if may_edit:
                kit.edit_button(row.id)
            using(row)
        if may_edit and kit.is_open(row.id):
            edit(row)


def badges(row: OwnFieldRow) -> str:
    """Return the kind of a field and its state as badges."""
    found = [BADGE.format("blue", kit.literal(kit.said(row.kind)))]
    if row.required:
        found.append(BADGE.format("orange", _(N_("Required"))))
    if row.retired_at:
        found.append(BADGE.format("gray", _(N_("Out of use"))))
    return " ".join(found)


def in_words(row: OwnFieldRow) -> str:
    """Say on one line what is known of a field besides."""
    parts = [f"`{row.code}`", kit.literal(listed(row.offered.values())), kit.literal(row.help)]
    if row.kind is OwnKind.NUMBER and row.decimals:
        parts.append(_(N_("{count} digits after the point"), count=row.decimals))
    return "　".join(part for part in parts if part)


def moving(row: OwnFieldRow, *, first: bool, last: bool) -> None:
    """Offer to put a field further up or down."""
    ways = ((True, N_("Up"), ":material/arrow_upward:", first), (False, N_("Down"), ":material/arrow_downward:", last))
    for up, label, icon, end in ways:
        key = f"{'up' if up else 'down'}-{row.id}"
        if st.button(_(label), icon=icon, key=key, disabled=end) and kit.do(move_field, MovedField(id=row.id, up=up)):
            st.rerun()


def using(row: OwnFieldRow) -> None:
    """Offer to take a field out of use, or back into it."""
    if row.retired_at:
        back = actor.may("fields.reinstate", What.DO) and st.button(
            _(N_("Use again")), icon=":material/undo:", key=f"back-{row.id}"
        )
        if back and kit.do(reinstate_field, WhichField(id=row.id)):
            kit.flash(_(N_("“{name}” is in use again."), name=row.label))
            st.rerun()
    elif actor.may("fields.retire", What.DO) and st.button(
        _(N_("Take out of use")), icon=":material/archive:", key=f"retire-{row.id}"
    ):
        kit.confirm(
            _(N_("Take “{name}” out of use?"), name=row.label),
            _(N_("No form, list or file shows it any more. The values stay, and come back when it is used again.")),
            yes=_(N_("Take out of use")), then=lambda: kit.do(retire_field, WhichField(id=row.id)),
        )  # fmt: skip


kit.header(
    _(N_("Own fields")),
    _(N_("What the organisation keeps of its people besides: in forms, lists, files, filters and mails.")),
)
found = kit.ask(search_fields, FieldsAsk(retired=True))
used = [row for row in found if not row.retired_at]
if not found:
    st.info(_(N_("There is no own field yet. Add the first one below.")), icon=":material/dashboard_customize:")
for each in used:
    show(each, first=each is used[0], last=each is used[-1])
if actor.may("fields.add", What.DO):
    kit.new_row(_(N_("Add a field")), _(N_("New field")), lambda: edit(None))
if len(used) < len(found):
    st.subheader(_(N_("Out of use")), anchor=False)
for each in (row for row in found if row.retired_at):
    show(each, first=True, last=True)
