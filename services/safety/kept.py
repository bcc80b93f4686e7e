"""Rules for automatic broadcasts as records whose changes are kept (変更履歴), and how an undo brings them back."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from core.i18n import N_
from core.shown import said
from core.transaction import Transaction
from data.models.broadcasts import MailTemplate, QuestionForm
from data.models.safety import QuakeRule
from services.changes import Field, RowKind, Say, Undoing, Values, Wanted, register
from services.safety.intensity import Intensity

NEEDED: dict[str, Any] = {"template_id": MailTemplate, "form_id": QuestionForm}
LACKS = N_("Its template or its question form does not exist any more.")


class Rules(RowKind):
    """Rules for earthquakes. One that is brought back is as it was: switched on, if it was on."""

    name = "quake_rule"
    label = N_("Rule for automatic broadcasts")
    reads = "safety.rules"
    model = QuakeRule
    source = "quake_rule"
    key = "quake_rule.id"
    page = "safety/rules.py"
    order = 50
    fields = (
        Field("name", N_("Name"), "quake_rule.name"),
        Field("threshold", N_("Seismic intensity, this or more"), "quake_rule.threshold"),
        Field("enabled", N_("Switched on"), "quake_rule.enabled"),
        Field("template_id", N_("Template"), "quake_rule.template_id"),
        Field("form_id", N_("Question form"), "quake_rule.form_id"),
    )

    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes fields of rules, templates and forms by their names."""
        kept = list(values)
        names: dict[tuple[str, int], str] = {}
        for field, model in NEEDED.items():
            ids = sorted({value[field] for value in kept if field in value})
            rows = tx.execute(select(model.id, model.name).where(model.id == func.any(ids)))
            names |= {(field, row.id): row.name for row in rows}

        def say(name: str, value: Any) -> str:
            if name in NEEDED:
                return names.get((name, value), f"#{value}")
            return said(Intensity(value) if name == "threshold" else value)

        return say

    def blocked(self, tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> dict[int, str]:
        """Return which rules cannot be brought back: also those whose template or form is gone for good."""
        found: dict[int, str] = {}
        for field, model in NEEDED.items():
            asked = {one.record_id: one.values[field] for one in wanted if one.values and field in one.values}
            there = set(tx.execute(select(model.id).where(model.id == func.any(sorted(asked.values())))).scalars())
            found |= {key: LACKS for key, needed in asked.items() if needed not in there}
        return found | super().blocked(tx, wanted, undo)


RULES = register(Rules())
