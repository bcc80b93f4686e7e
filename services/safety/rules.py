"""Rules for earthquakes (地震の自動一斉送信の設定, D07): from which intensity on, with which text and questions."""

from typing import Any, Literal

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import insert

from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.broadcasts import MailTemplate, QuestionForm
from data.models.safety import QuakeBroadcast, QuakeRule
from services import broadcasts
from services.changes import keeping
from services.safety.intensity import Intensity
from services.safety.kept import RULES

SAMPLE = "safety"
SAMPLE_NAME = "震度5弱以上"
GONE = N_("This rule does not exist any more. Go back to the list.")
TAKEN = N_("There is already a rule “{name}”. Choose another name.")
Threshold = Literal[
    Intensity.THREE,
    Intensity.FOUR,
    Intensity.FIVE_LOWER,
    Intensity.FIVE_UPPER,
    Intensity.SIX_LOWER,
    Intensity.SIX_UPPER,
    Intensity.SEVEN,
]
"""What a rule may wait for: JMA's first report (震度速報) of an earthquake begins at 3 as well."""


class RuleRow(Row):
    """A rule with the names of its template and form; ``used`` says that it has opened a broadcast."""

    id: int
    version: int
    name: str
    threshold: Intensity
    enabled: bool
    template_id: int
    template: str
    form_id: int
    form: str
    used: bool


class EditRule(Input):
    """A rule to make (without ``id``) or to change."""

    id: int | None = field(N_("Rule"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    name: str = field(N_("Name"), min_length=1, max_length=80, help=N_("For you only; it is not sent."))
    threshold: Threshold = field(
        N_("Seismic intensity, this or more"),
        default=Intensity.FIVE_LOWER,
        help=N_("The people whose region lies in an area with this intensity or more are asked."),
    )
    template_id: int = field(
        N_("Template"),
        of="broadcasts.templates",
        help=N_("Its field title names the earthquake: place, intensity, time."),
    )
    form_id: int = field(N_("Question form"), of="broadcasts.forms")
    enabled: bool = field(
        N_("Switched on"),
        default=False,
        help=N_("While it is on, a matching telegram sends mail at once, without asking anybody."),
    )


class WhichRule(Input):
    """Which rule."""

    id: int = field(N_("Rule"), hidden=True)


@query("safety.rules", N_("See the rules for automatic broadcasts"))
def rules(tx: Transaction, ask: Nothing) -> list[RuleRow]:  # noqa: ARG001 - every query is asked with something
    """Return all rules, the one with the lowest threshold first (D07)."""
    found = [RuleRow.model_validate(row) for row in tx.execute(_rules())]
    return sorted(found, key=lambda rule: (rule.threshold.rank, rule.name))


@operation("safety.edit_rule", N_("Make and edit rules for automatic broadcasts"), touches="quake_rule")
def edit_rule(tx: Transaction, ask: EditRule) -> RuleRow:
    """Make or change a rule, or switch it on or off (自動一斉送信の設定, D07). Broadcasts it opened stay as they are.

    Raises:
        NotFound: when the rule, the template or the form is gone.
        Conflict: when somebody else saved the rule meanwhile.
        Refused: when another rule has the name.
    """
    row = broadcasts.for_change(tx, QuakeRule, ask.id, ask.version, GONE)
    broadcasts.require_free_name(tx, QuakeRule, ask.name, ask.id, TAKEN)
    _require_text_and_questions(tx, ask)
    before = _noted(row) if ask.id else None
    with broadcasts.saving(tx, RULES, row):
        row.name, row.threshold, row.enabled = ask.name, ask.threshold.value, ask.enabled
        row.template_id, row.form_id = ask.template_id, ask.form_id
    tx.note(f"quake_rule:{row.id}", before, _noted(row))
    return _shown(tx, row.id)


@operation("safety.delete_rule", N_("Delete rules for automatic broadcasts"), touches="quake_rule")
def delete_rule(tx: Transaction, ask: WhichRule) -> RuleRow:
    """Delete a rule that has opened nothing yet (設定の削除, D07).

    Raises:
        NotFound: when it is gone already.
        Refused: when it has opened a broadcast, whose reason it is.
    """
    row = broadcasts.for_change(tx, QuakeRule, ask.id, None, GONE)
    gone = _shown(tx, row.id)
    if gone.used:
        raise Refused(
            N_("“{name}” has opened a broadcast and stays as its reason. Switch it off instead."), name=gone.name
        )
    with keeping(tx) as kept:
        kept.watch(RULES, [row.id])
        tx.session.delete(row)
        tx.session.flush()
    tx.note(f"quake_rule:{gone.id}", gone.name, None)
    return gone


def seed_samples(tx: Transaction) -> None:
    """Put in the sample rule, switched off, unless it is there. The samples of broadcasts must be there before."""
    values = (
        select(MailTemplate.id, QuestionForm.id)
        .join(QuestionForm, QuestionForm.sample == MailTemplate.sample)
        .where(MailTemplate.sample == SAMPLE)
    )
    for template_id, form_id in tx.execute(values):
        rule = insert(QuakeRule).values(
            name=SAMPLE_NAME,
            threshold=Intensity.FIVE_LOWER.value,
            enabled=False,
            template_id=template_id,
            form_id=form_id,
        )
        tx.execute(rule.on_conflict_do_nothing(index_elements=[QuakeRule.name]))


def _rules() -> Select[*tuple[Any, ...]]:
    used = exists(select(1).where(QuakeBroadcast.rule_id == QuakeRule.id))
    return (
        select(
            QuakeRule.id,
            QuakeRule.version,
            QuakeRule.name,
            QuakeRule.threshold,
            QuakeRule.enabled,
            QuakeRule.template_id,
            MailTemplate.name.label("template"),
            QuakeRule.form_id,
            QuestionForm.name.label("form"),
            used.label("used"),
        )
        .join(MailTemplate, MailTemplate.id == QuakeRule.template_id)
        .join(QuestionForm, QuestionForm.id == QuakeRule.form_id)
    )


def _shown(tx: Transaction, rule_id: int) -> RuleRow:
    return RuleRow.model_validate(tx.execute(_rules().where(QuakeRule.id == rule_id)).one())


def _require_text_and_questions(tx: Transaction, ask: EditRule) -> None:
    if tx.get(MailTemplate, ask.template_id) is None:
        raise NotFound(N_("This template does not exist any more. Choose another one."))
    if tx.get(QuestionForm, ask.form_id) is None:
        raise NotFound(N_("This form does not exist any more. Choose another one."))


def _noted(row: QuakeRule) -> dict[str, object]:
    names = ("name", "threshold", "enabled", "template_id", "form_id")
    return {name: getattr(row, name) for name in names}
