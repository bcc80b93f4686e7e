"""Automatic broadcasts (自動一斉送信の設定, D07): for which earthquake, tsunami or special warning who is asked."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.safety._feed import tell_if_nothing_comes
from pages.safety._rule import in_words, rule_form
from services.safety import EditRule, RuleRow, WhichRule, covered, delete_rule, edit_rule, rules

actor = guard("safety.rules")
may_edit = actor.may("safety.edit_rule", What.DO)
may_delete = actor.may("safety.delete_rule", What.DO)


def show(rule: RuleRow) -> None:
    """Show a rule in words, and what can be done with it."""
    with st.container(border=True):
        said, buttons = st.columns(2, vertical_alignment="center")
        on, off = _(N_("On")), _(N_("Off"))
        badge = f":green-badge[:material/check_circle: {on}]" if rule.enabled else f":gray-badge[{off}]"
        kind = f":blue-badge[{kit.said(rule.kind)}]"
        said.markdown(f"**{kit.literal(rule.name)}** {kind} {badge}  \n{in_words(rule)}")
        with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
            counting(rule)
            if may_edit:
                switching(rule)
                kit.edit_button(rule.id)
            if may_delete and not rule.used:
                deleting(rule)
        if may_edit and kit.is_open(rule.id):
            rule_form(rule)


def counting(rule: RuleRow) -> None:
    """Offer to count the people whom a rule would ask if all the country were hit."""
    if not actor.may("safety.covered", What.READ):
        return
    if st.button(_(N_("Count")), key=f"count-{rule.id}", icon=":material/groups:",
                 help=_(N_("How many people this rule would ask today if all the country were hit."))):  # fmt: skip
        found = kit.ask(covered, WhichRule(id=rule.id))
        st.info(
            _(N_("This rule can ask {people} of {everybody} people."), people=kit.number(found.people),
              everybody=kit.number(found.everybody)),
            icon=":material/groups:",
        )  # fmt: skip


def switching(rule: RuleRow) -> None:
    """Offer to switch a rule off, or, after a question, on."""
    if rule.enabled:
        if st.button(_(N_("Switch off")), key=f"off-{rule.id}", icon=":material/toggle_off:"):
            switch(rule, on=False)
            st.rerun()
    elif st.button(_(N_("Switch on")), key=f"on-{rule.id}", icon=":material/toggle_on:", type="primary"):
        kit.confirm(
            _(N_("Switch “{name}” on?"), name=rule.name),
            _(N_("From then on, a telegram that reaches this rule sends mail without asking anybody.")),
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


kit.header(
    _(N_("Automatic broadcasts")),
    _(N_("What is sent by itself when the Japan Meteorological Agency reports an earthquake, a tsunami or a special "
         "warning.")),
)  # fmt: skip
tell_if_nothing_comes(actor)
found = kit.ask(rules)
if not any(rule.enabled for rule in found):
    st.warning(
        _(N_("No rule is switched on: no earthquake, tsunami or special warning sends anything.")),
        icon=":material/toggle_off:",
    )
for each in found:
    show(each)
if may_edit:
    kit.new_row(_(N_("Make a rule")), _(N_("New rule")), lambda: rule_form(None))
