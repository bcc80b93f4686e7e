"""Sample rules (サンプル, D07): one of each kind, there from the first start, switched off."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.transaction import Transaction
from data.models.broadcasts import MailTemplate, QuestionForm
from data.models.safety import Rule, RuleKind, RuleWho
from services.safety.intensity import Intensity
from services.safety.telegrams import SpecialWarning, TsunamiGrade

SAMPLE = "safety"
"""The template and the form that sample rules send: their title names the event."""

RULES: tuple[dict[str, Any], ...] = (
    {"name": "震度5弱以上", "kind": RuleKind.EARTHQUAKE, "threshold": Intensity.FIVE_LOWER.value},
    {"name": "津波警報以上", "kind": RuleKind.TSUNAMI, "grade": TsunamiGrade.WARNING.value},
    {"name": "特別警報", "kind": RuleKind.SPECIAL_WARNING, "warnings": [kind.value for kind in SpecialWarning]},
)


def seed_samples(tx: Transaction) -> None:
    """Put in the sample rules that are not there. The samples of broadcasts must be there before."""
    values = (
        select(MailTemplate.id, QuestionForm.id)
        .join(QuestionForm, QuestionForm.sample == MailTemplate.sample)
        .where(MailTemplate.sample == SAMPLE)
    )
    empty: dict[str, Any] = {"warnings": [], "areas": [], "audience": {}, "waits": {}}
    for template_id, form_id in tx.execute(values):
        for sample in RULES:
            rule = {**empty, **sample, "who": RuleWho.REGIONS, "template_id": template_id, "form_id": form_id}
            tx.execute(insert(Rule).values(**rule, enabled=False).on_conflict_do_nothing(index_elements=[Rule.name]))
