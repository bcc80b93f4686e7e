"""Mail templates (メールテンプレート, D08): see them, make one, change one; samples are there from the start."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.shown import labelled
from pages import kit
from pages.kit.guard import guard
from services.broadcasts import DeleteTemplate, TemplateRow, delete_template, edit_template, templates

actor = guard("broadcasts.templates")
SAMPLE = " :gray-badge[{}]"
may_edit = actor.may("broadcasts.edit_template", What.DO)
may_delete = actor.may("broadcasts.delete_template", What.DO)


def show(row: TemplateRow) -> None:
    """Show a template as it is sent, and what can be done with it."""
    open_now = kit.is_open(row.id)
    badge = SAMPLE.format(_(N_("Sample"))) if row.sample else ""
    with st.expander(f"**{kit.literal(row.name)}**{badge}", expanded=open_now):
        if open_now and may_edit:
            edit(row)
            return
        subject = _(N_("Subject"))
        st.markdown(labelled(subject, kit.literal(row.subject)))
        st.code(row.body, language=None, wrap_lines=True)
        with st.container(horizontal=True, gap="small"):
            if may_edit:
                kit.edit_button(row.id)
            if may_delete:
                deleting(row)


def edit(row: TemplateRow | None) -> None:
    """Show the form of a template, or of a new one."""
    fills = {"id": row.id, "version": row.version} if row else {"id": None, "version": None}
    key = f"template-{row.id}-{row.version}" if row else "template-new"
    saved = kit.operate(edit_template, key, initial=row, fills=fills, submit=_(N_("Save")), done=_(N_("Saved.")))
    kit.close_after(saved, key)
    if row:
        kit.history_below("mail_template", row.id)


def deleting(row: TemplateRow) -> None:
    """Offer to delete a template."""
    if st.button(_(N_("Delete")), key=f"delete-{row.id}", icon=":material/delete:"):
        kit.confirm(
            _(N_("Delete “{name}”?"), name=row.name),
            _(N_("Broadcasts that were made from it keep their text. “Changes” can bring the template back.")),
            yes=_(N_("Delete")), then=lambda: kit.do(delete_template, DeleteTemplate(id=row.id)),
        )  # fmt: skip


kit.header(
    _(N_("Mail templates")),
    _(N_("Subject and text to start a broadcast from. Fields in braces are filled in for each person.")),
    next_step=(_(N_("Question forms")), "broadcasts/forms.py"),
)
found = kit.ask(templates)
if not found:
    st.info(_(N_("There is no template yet. Make the first one below.")))
for each in found:
    show(each)
if may_edit:
    kit.new_row(_(N_("Make a template")), _(N_("New template")), lambda: edit(None))
