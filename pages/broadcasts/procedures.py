"""Sending procedures (送信手順, N04): by what people are asked, one way after the other, until they answer."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.broadcasts import (
    ProcedureRow,
    WhichProcedure,
    delete_procedure,
    edit_procedure,
    procedures,
)

actor = guard("broadcasts.procedures")
ROWS: kit.Layout = ["name", ("mail_minutes", "app_minutes"), ("line_minutes", "sms_minutes"), "sms_cap_yen"]
SAMPLE = " :gray-badge[{}]"
may_edit = actor.may("broadcasts.edit_procedure", What.DO)
may_delete = actor.may("broadcasts.delete_procedure", What.DO)


def show(row: ProcedureRow) -> None:
    """Show a procedure step by step, and what can be done with it."""
    open_now = kit.is_open(row.id)
    badge = SAMPLE.format(_(N_("Sample"))) if row.sample else ""
    with st.expander(f"**{kit.literal(row.name)}**{badge}", expanded=open_now):
        if open_now and may_edit:
            edit(row)
            return
        steps = [
            (moment(minutes), kit.joined([kit.said(channel) for channel in channels]))
            for minutes, channels in row.steps
        ]
        kit.rows([_(N_("Turn")), _(N_("Channel"))], steps, label=row.name)
        if row.sms_cap_yen is not None:
            st.caption(_(N_("SMS of one broadcast cost at most {yen} yen."), yen=kit.number(row.sms_cap_yen)))
        with st.container(horizontal=True, gap="small"):
            if may_edit:
                kit.edit_button(row.id)
            if may_delete:
                deleting(row)


def moment(minutes: int) -> str:
    """Say when a step has its turn."""
    return _(N_("{minutes} minutes later"), minutes=kit.number(minutes)) if minutes else _(N_("At once"))


def edit(row: ProcedureRow | None) -> None:
    """Show the form of a procedure, or of a new one."""
    fills = {"id": row.id, "version": row.version} if row else {"id": None, "version": None}
    key = f"procedure-{row.id}-{row.version}" if row else "procedure-new"
    saved = kit.operate(
        edit_procedure, key, initial=row, fills=fills, rows=ROWS, submit=_(N_("Save")), done=_(N_("Saved."))
    )
    kit.close_after(saved, key)
    if row:
        kit.history_below("sending_procedure", row.id)


def deleting(row: ProcedureRow) -> None:
    """Offer to delete a procedure."""
    if st.button(_(N_("Delete")), key=f"delete-{row.id}", icon=":material/delete:"):
        kit.confirm(
            _(N_("Delete “{name}”?"), name=row.name),
            _(N_("Broadcasts that began with it go on as they began. “Changes” can bring it back.")),
            yes=_(N_("Delete")), then=lambda: kit.do(delete_procedure, WhichProcedure(id=row.id)),
        )  # fmt: skip


kit.header(
    _(N_("Sending procedures")),
    _(N_("By what people are asked, one way after the other, until they answer. Whoever has answered is left alone.")),
    next_step=(_(N_("Automatic broadcasts")), "safety/rules.py"),
)
found = kit.ask(procedures)
if not found:
    st.info(_(N_("There is none yet: everything goes by mail.")), icon=":material/alt_route:")
for each in found:
    show(each)
if may_edit:
    kit.new_row(_(N_("Make a sending procedure")), _(N_("New sending procedure")), lambda: edit(None))
