"""Rules for automatic broadcasts as records whose changes are kept (変更履歴), and how an undo brings them back."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from core.i18n import N_, _, language, listed
from core.shown import said
from core.transaction import Transaction
from data.models.areas import Area
from data.models.broadcasts import MailTemplate, QuestionForm
from data.models.procedures import SendingProcedure
from data.models.safety import Rule, RuleKind, RuleWho
from services import broadcasts
from services.changes import Field, RowKind, Say, Undoing, Values, Wanted, register
from services.safety.saying import threshold_label
from services.safety.telegrams import SpecialWarning

NEEDED: dict[str, Any] = {"template_id": MailTemplate, "form_id": QuestionForm, "procedure_id": SendingProcedure}
WAIT = N_("{intensity}: {minutes} minutes")
LACKS = N_("Its template, question form or sending procedure does not exist any more.")


def said_setting(name: str, value: Any) -> str:
    """Return one setting of a rule as people read it."""
    match name:
        case "kind":
            return said(RuleKind(value))
        case "who":
            return said(RuleWho(value))
        case "threshold" | "grade" | "height":
            return threshold_label(value)
        case "warnings":
            return listed(SpecialWarning(code).label for code in value)
        case "waits":
            return listed(_(WAIT, intensity=threshold_label(one), minutes=minutes) for one, minutes in value.items())
        case _:
            return said(value)


class Rules(RowKind):
    """Rules for automatic broadcasts. One that is brought back is as it was: switched on, if it was on."""

    name = "rule"
    label = N_("Rule for automatic broadcasts")
    reads = "safety.rules"
    model = Rule
    source = "rule"
    key = "rule.id"
    page = "safety/rules.py"
    order = 50
    fields = (
        Field("name", N_("Name"), "rule.name"),
        Field("kind", N_("Kind of event"), "rule.kind"),
        Field("threshold", N_("Seismic intensity, this or more"), "rule.threshold"),
        Field("grade", N_("Grade of the forecast, this or graver"), "rule.grade"),
        Field("height", N_("Observed height, this or more"), "rule.height"),
        Field("warnings", N_("Special warnings"), "rule.warnings"),
        Field("who", N_("Who is asked"), "rule.who"),
        Field("areas", N_("Fixed areas"), "rule.areas"),
        Field("audience", N_("Fixed recipients"), "rule.audience"),
        Field("waits", N_("Waiting time"), "rule.waits"),
        Field("enabled", N_("Switched on"), "rule.enabled"),
        Field("procedure_id", N_("Sending procedure"), "rule.procedure_id"),
        Field("template_id", N_("Template"), "rule.template_id"),
        Field("form_id", N_("Question form"), "rule.form_id"),
    )

    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes fields of rules, templates and forms by their names."""
        kept = list(values)
        names: dict[tuple[str, int], str] = {}
        for field, model in NEEDED.items():
            ids = sorted({value[field] for value in kept if value.get(field) is not None})
            rows = tx.execute(select(model.id, model.name).where(model.id == func.any(ids)))
            names |= {(field, row.id): row.name for row in rows}

        codes = sorted({code for value in kept for code in value.get("areas") or ()})
        called = Area.name if language() == "ja" else Area.name_en
        areas = dict(tx.execute(select(Area.code, called).where(Area.code == func.any(codes))).all()) if codes else {}

        def say(name: str, value: Any) -> str:
            if name in NEEDED and value is not None:
                return names.get((name, value), f"#{value}")
            if name == "areas":
                return listed(areas.get(code, code) for code in value)
            if name == "audience":
                return " / ".join(broadcasts.described(tx, broadcasts.Selection.model_validate(value)))
            return said_setting(name, value)

        return say

    def blocked(self, tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> dict[int, str]:
        """Return which rules cannot be brought back: also those whose template or form is gone for good."""
        found: dict[int, str] = {}
        for field, model in NEEDED.items():
            asked = {
                one.record_id: one.values[field] for one in wanted if one.values and one.values.get(field) is not None
            }
            there = set(tx.execute(select(model.id).where(model.id == func.any(sorted(asked.values())))).scalars())
            found |= {key: LACKS for key, needed in asked.items() if needed not in there}
        return found | super().blocked(tx, wanted, undo)


RULES = register(Rules())
