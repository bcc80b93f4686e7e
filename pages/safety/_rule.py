"""One rule for automatic broadcasts: what it does in one sentence, and its form, which asks what its kind needs."""

from typing import Any

import streamlit as st

from core.i18n import N_, _, listed
from core.inputs import label_of
from pages import kit
from services.safety import EditRule, RuleKind, RuleRow, RuleWho, edit_rule

ROWS: kit.Layout = [
    "name", "threshold", ("grade", "height"), "warnings", "areas", ("departments", "roles"), ("lists", "people"),
    ("wait_3", "wait_4", "wait_5_lower", "wait_5_upper"), ("wait_6_lower", "wait_6_upper", "wait_7"),
    ("template_id", "form_id"), "enabled",
]  # fmt: skip
WAITS = [name for name in EditRule.model_fields if name.startswith("wait_")]
FIXED = ["areas", "departments", "roles", "lists", "people"]
OF_KIND = {
    RuleKind.EARTHQUAKE: ["threshold", *WAITS],
    RuleKind.TSUNAMI: ["grade", "height"],
    RuleKind.SPECIAL_WARNING: ["warnings"],
}
"""The fields that only rules of one kind have."""


def in_words(rule: RuleRow) -> str:
    """Say what a rule does."""
    sentence = N_("{when} {whom} {wait} by “{template}” with the questions “{form}”.")
    return _(
        sentence, when=_when(rule), whom=_whom(rule), wait=_wait(rule), template=kit.literal(rule.template),
        form=kit.literal(rule.form),
    )  # fmt: skip


def _when(rule: RuleRow) -> str:
    if rule.threshold is not None:
        return _(N_("When an area reaches {threshold} or more,"), threshold=rule.threshold.label)
    if rule.grade is not None:
        return _(N_("When a coast gets a {grade} or a graver one,"), grade=rule.grade.label)
    if rule.height is not None:
        return _(N_("When a tsunami of {metres:g} m or more is measured on a coast,"), metres=rule.height)
    warnings = listed(one.label for one in rule.warnings)
    return _(N_("When a municipality gets one of these special warnings ({warnings}),"), warnings=warnings)


def _whom(rule: RuleRow) -> str:
    if rule.who is RuleWho.EVERYBODY:
        return _(N_("everybody is asked, wherever in the country it is,"))
    if rule.who is RuleWho.FIXED:
        return _(
            N_("and it lies in {areas}, the fixed recipients are asked ({recipients})"),
            areas=kit.literal(listed(rule.area_names)), recipients=kit.literal(listed(rule.recipients)),
        )  # fmt: skip
    return _(N_("the people with a region there are asked"))


def _wait(rule: RuleRow) -> str:
    if not rule.waits:
        return _(N_("at once"))
    named = N_("{intensity}: {minutes} minutes")
    waits = listed(_(named, intensity=one.label, minutes=minutes) for one, minutes in rule.waits.items())
    return _(N_("after waiting for the report that confirms it ({waits}),"), waits=waits)


def rule_form(rule: RuleRow | None) -> None:
    """Show the form of a rule, or of a new one: first its kind and whom it asks, then what these need."""
    kind = rule.kind if rule else _choice("new-kind", "kind", list(RuleKind))
    who = _choice(
        f"{rule.id if rule else 'new'}-who", "who", list(RuleWho),
        place=list(RuleWho).index(rule.who) if rule else 0,
    )  # fmt: skip
    key = f"rule-{rule.id}-{rule.version}" if rule else f"rule-new-{kind}"
    saved = kit.operate(
        edit_rule, key if rule and who is rule.who else f"{key}-{who}", initial=rule, fills=_fills(rule, kind, who),
        rows=ROWS, submit=_(N_("Save")), done=_(N_("Saved.")),
    )  # fmt: skip
    kit.close_after(saved, key)
    if rule:
        kit.history_below("rule", rule.id)


def _choice(key: str, name: str, options: list[Any], place: int = 0) -> Any:
    return st.radio(
        label_of(EditRule, name), options, index=place, format_func=kit.said, key=f"rule-{key}", horizontal=True
    )  # fmt: skip


def _fills(rule: RuleRow | None, kind: RuleKind, who: RuleWho) -> dict[str, Any]:
    """Return what the form does not ask: what other kinds and ways need stands empty."""
    known: dict[str, Any] = {
        "id": rule.id if rule else None, "version": rule.version if rule else None, "kind": kind, "who": who
    }  # fmt: skip
    others = [name for other, names in OF_KIND.items() if other is not kind for name in names]
    unasked = [*others, *(FIXED if who is not RuleWho.FIXED else [])]
    blank: dict[str, Any] = {"threshold": None, "grade": None, "height": None}
    return {**known, **{name: blank.get(name, 0 if name in WAITS else []) for name in unasked}}
