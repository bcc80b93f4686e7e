"""Automatic broadcasts (自動一斉送信の設定, D07): from which seismic intensity on who is asked what."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.safety import EditRule, RuleRow, WhichRule, delete_rule, edit_rule, rules

actor = guard("safety.rules")
ROWS: kit.Layout = [("name", "threshold"), ("template_id", "form_id"), "enabled"]
may_edit = actor.may("safety.edit_rule", What.DO)
may_delete = actor.may("safety.delete_rule", What.DO)


def show(rule: RuleRow) -> None:
    """Show a rule in words, and what can be done with it."""
    with st.container(border=True):
        said, buttons = st.columns([3, 2], vertical_alignment="center")
        on, off = _(N_("On")), _(N_("Off"))
        badge = f":green-badge[:material/check_circle: {on}]" if rule.enabled else f":gray-badge[{off}]"
        said.markdown(f"**{kit.literal(rule.name)}** {badge}  \n{in_words(rule)}")
        with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
            if may_edit:
                switching(rule)
                kit.edit_button(rule.id)
            if may_delete and not rule.used:
                deleting(rule)
        if may_edit and kit.is_open(rule.id):
            edit(rule)


def in_words(rule: RuleRow) -> str:
    """Say what a rule does."""
    sentence = N_("{threshold} or more: asks the people of those areas by “{template}” with the questions “{form}”.")
    return _(sentence, threshold=rule.threshold.label, template=kit.literal(rule.template), form=kit.literal(rule.form))


def switching(rule: RuleRow) -> None:
    """Offer to switch a rule off, or, after a question, on."""
    if rule.enabled:
        if st.button(_(N_("Switch off")), key=f"off-{rule.id}", icon=":material/toggle_off:"):
            switch(rule, on=False)
            st.rerun()
    elif st.button(_(N_("Switch on")), key=f"on-{rule.id}", icon=":material/toggle_on:", type="primary"):
        kit.confirm(
            _(N_("Switch “{name}” on?"), name=rule.name),
            _(N_("From then on, a telegram with {threshold} or more sends mail at once, without asking anybody."),
              threshold=rule.threshold.label),
            yes=_(N_("Switch on")), then=lambda: switch(rule, on=True),
        )  # fmt: skip


def switch(rule: RuleRow, *, on: bool) -> bool:
    """Switch a rule on or off and say so on the next page."""
    values = {name: getattr(rule, name) for name in EditRule.model_fields}
    if kit.do(edit_rule, EditRule(**{**values, "enabled": on})) is None:
        return False
    kit.flash(_(N_("“{name}” is switched on.") if on else N_("“{name}” is switched off."), name=rule.name))
    return True


def deleting(rule: RuleRow) -> None:
    """Offer to delete a rule that has opened nothing."""
    if st.button(_(N_("Delete")), key=f"delete-{rule.id}", icon=":material/delete:"):
        kit.confirm(
            _(N_("Delete “{name}”?"), name=rule.name),
            _(N_("It has not opened any broadcast. “Changes” can bring the rule back.")),
            yes=_(N_("Delete")), then=lambda: kit.do(delete_rule, WhichRule(id=rule.id)),
        )  # fmt: skip


def edit(rule: RuleRow | None) -> None:
    """Show the form of a rule, or of a new one."""
    fills = {"id": rule.id, "version": rule.version} if rule else {"id": None, "version": None}
    key = f"rule-{rule.id}-{rule.version}" if rule else "rule-new"
    saved = kit.operate(
        edit_rule, key, initial=rule, fills=fills, rows=ROWS, submit=_(N_("Save")), done=_(N_("Saved."))
    )
    kit.close_after(saved, key)
    if rule:
        kit.history_below("quake_rule", rule.id)


kit.header(
    _(N_("Automatic broadcasts")),
    _(N_("When an earthquake shakes an area, the people with a region there are asked at once.")),
)
st.info(
    _(N_("Telegrams of the Japan Meteorological Agency are taken in as files: on the page “Telegrams received”, or by "
         "“manage.py safety replay FILE”. This version does not fetch them by itself.")),
    icon=":material/cell_tower:",
)  # fmt: skip
found = kit.ask(rules)
if not any(rule.enabled for rule in found):
    st.warning(_(N_("No rule is switched on: an earthquake sends nothing.")), icon=":material/toggle_off:")
for each in found:
    show(each)
if may_edit:
    kit.new_row(_(N_("Make a rule")), _(N_("New rule")), lambda: edit(None))
