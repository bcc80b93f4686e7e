"""Question forms (設問フォーム, D08): see them as they are asked, make one, change one."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.broadcasts._builder import build
from pages.kit.guard import guard
from services.broadcasts import DeleteForm, FormRow, QuestionRow, condition, delete_form, forms

actor = guard("broadcasts.forms")
SAMPLE = " :gray-badge[{}]"
may_edit = actor.may("broadcasts.edit_form", What.DO)
may_delete = actor.may("broadcasts.delete_form", What.DO)


def show(row: FormRow) -> None:
    """Show a form in words, and what can be done with it."""
    open_now = kit.is_open(row.id)
    badge = SAMPLE.format(_(N_("Sample"))) if row.sample else ""
    count = _(N_("{count} questions"), count=len(row.questions))
    with st.expander(f"**{kit.literal(row.name)}** {count}{badge}", expanded=open_now):
        if open_now and may_edit:
            edit(row)
            return
        if row.introduction:
            st.markdown(kit.literal(row.introduction))
        for number, question in enumerate(row.questions, start=1):
            st.markdown(f"{number}. {in_words(question, row.questions)}")
        with st.container(horizontal=True, gap="small"):
            if may_edit:
                kit.edit_button(row.id)
            if may_delete:
                deleting(row)


def in_words(question: QuestionRow, questions: list[QuestionRow]) -> str:
    """Say what a question asks, of whom, and how it is answered."""
    word = _(N_("Required"))
    required = f" :red-badge[{word}]" if question.required else ""
    options = "　".join(kit.literal(shown) for _kept, shown in question.choices)
    unit = _(N_("({unit})"), unit=kit.literal(question.shown_unit)) if question.unit else ""
    kind = f"{kit.said(question.kind)}{unit} {options}"
    said = condition(question, questions)
    of_whom = f"  \n:small[:material/alt_route: {kit.literal(said)}]" if said else ""
    return f"**{kit.literal(question.shown_label)}**{required}  \n:small[{kind}]{of_whom}"


def edit(row: FormRow | None) -> None:
    """Show the builder for a form, or for a new one."""
    saved = build(row)
    if saved:
        kit.flash(_(N_("Saved.")))
    kit.close_after(saved, "form")
    if row:
        kit.history_below("question_form", row.id)


def deleting(row: FormRow) -> None:
    """Offer to delete a form."""
    if st.button(_(N_("Delete")), key=f"delete-{row.id}", icon=":material/delete:"):
        kit.confirm(
            _(N_("Delete “{name}”?"), name=row.name),
            _(N_("Broadcasts that were sent with it keep their questions and answers. “Changes” can bring the form "
                 "back.")),
            yes=_(N_("Delete")), then=lambda: kit.do(delete_form, DeleteForm(id=row.id)),
        )  # fmt: skip


kit.header(
    _(N_("Question forms")),
    _(N_("What a broadcast asks. Changing a form does not change broadcasts that were sent.")),
    next_step=(_(N_("New broadcast")), "broadcasts/new.py"),
)
found = kit.ask(forms)
if not found:
    st.info(_(N_("There is no form yet. Make the first one below.")))
for each in found:
    show(each)
if may_edit:
    kit.new_row(_(N_("Make a form")), _(N_("New form")), lambda: edit(None))
