"""Rules for automatic broadcasts (自動一斉送信の設定, D07): what they wait for, whom they ask, with which text."""

from typing import Any

from sqlalchemy import Select, exists, select

from core.errors import NotFound, Refused
from core.i18n import N_, language
from core.inputs import Nothing, Row
from core.operations import operation, query
from core.transaction import Transaction
from data.models.areas import Area
from data.models.broadcasts import MailTemplate, QuestionForm
from data.models.people import Person
from data.models.procedures import SendingProcedure
from data.models.safety import Asking, Rule, RuleKind, RuleWho
from services import broadcasts
from services.changes import keeping
from services.safety import waits
from services.safety.intensity import Intensity
from services.safety.kept import RULES
from services.safety.rule_form import WAITS, EditRule, WhichRule, settings_of
from services.safety.saying import SPECIAL
from services.safety.telegrams import SpecialWarning, TsunamiGrade

GONE = N_("This rule does not exist any more. Go back to the list.")
TAKEN = N_("There is already a rule “{name}”. Choose another name.")
ORDER = list(RuleKind)


class RuleRow(Row):
    """A rule with the names of its template and form; ``used`` says that it has acted on an event.

    ``people`` are the codes of single people among fixed recipients; ``recipients`` says all of them in words, in the
    reader's language, and ``area_names`` the fixed areas.
    """

    id: int
    version: int
    name: str
    kind: RuleKind
    threshold: Intensity | None
    grade: TsunamiGrade | None
    height: float | None
    warnings: list[SpecialWarning]
    who: RuleWho
    areas: list[str]
    departments: list[int]
    roles: list[int]
    lists: list[int]
    people: list[str]
    recipients: list[str]
    area_names: list[str]
    wait_3: int
    wait_4: int
    wait_5_lower: int
    wait_5_upper: int
    wait_6_lower: int
    wait_6_upper: int
    wait_7: int
    enabled: bool
    template_id: int
    template: str
    form_id: int
    form: str
    procedure_id: int | None
    procedure: str | None
    used: bool

    @property
    def threshold_kept(self) -> str | float:
        """Return from what on it acts, as decisions keep it."""
        return self.threshold or self.grade or self.height or SPECIAL

    @property
    def waits(self) -> dict[Intensity, int]:
        """Return the minutes for which a first report waits, by intensity, where it waits."""
        return {Intensity(one): getattr(self, name) for name, one in WAITS.items() if getattr(self, name)}


@query("safety.rules", N_("See the rules for automatic broadcasts"))
def rules(tx: Transaction, ask: Nothing) -> list[RuleRow]:  # noqa: ARG001 - every query is asked with something
    """Return all rules by kind, the one with the lowest threshold first (D07)."""
    rows = tx.execute(_rules()).all()
    codes = _codes(tx, [person_id for row in rows for person_id in row.audience.get("people", ())])
    found = [_row(tx, row, codes) for row in rows]
    return sorted(found, key=lambda rule: (ORDER.index(rule.kind), _rank(rule), rule.name))


@operation("safety.edit_rule", N_("Make and edit rules for automatic broadcasts"), touches="rule")
def edit_rule(tx: Transaction, ask: EditRule) -> RuleRow:
    """Make or change a rule, or switch it on or off (自動一斉送信の設定, D07). Broadcasts it opened stay as they are.

    What waits under a rule that is switched off is not sent.

    Raises:
        NotFound: when the rule, the template or the form is gone.
        Conflict: when somebody else saved the rule meanwhile.
        Invalid: when the threshold or the recipients are missing.
        Refused: when another rule has the name, or the rule has acted and should become one of another kind.
    """
    row = broadcasts.for_change(tx, Rule, ask.id, ask.version, GONE)
    broadcasts.require_free_name(tx, Rule, ask.name, ask.id, TAKEN)
    _require_text_and_questions(tx, ask)
    _require_kind(tx, ask, row)
    before = _noted(row) if ask.id else None
    with broadcasts.saving(tx, RULES, row):
        for name, value in settings_of(tx, ask).items():
            setattr(row, name, value)
    if not row.enabled:
        waits.give_up(tx, row)
    tx.note(f"rule:{row.id}", before, _noted(row))
    return _shown(tx, row.id)


@operation("safety.delete_rule", N_("Delete rules for automatic broadcasts"), touches="rule")
def delete_rule(tx: Transaction, ask: WhichRule) -> RuleRow:
    """Delete a rule that has not acted on any event yet (設定の削除, D07).

    Raises:
        NotFound: when it is gone already.
        Refused: when it has acted, and stays as the reason.
    """
    row = broadcasts.for_change(tx, Rule, ask.id, None, GONE)
    gone = _shown(tx, row.id)
    if gone.used:
        raise Refused(
            N_("“{name}” has opened a broadcast and stays as its reason. Switch it off instead."), name=gone.name
        )
    with keeping(tx) as kept:
        kept.watch(RULES, [row.id])
        tx.session.delete(row)
        tx.session.flush()
    tx.note(f"rule:{gone.id}", gone.name, None)
    return gone


def _rules() -> Select[*tuple[Any, ...]]:
    used = exists(select(1).where(Asking.rule_id == Rule.id))
    return (
        select(*Rule.__table__.columns, MailTemplate.name.label("template"), QuestionForm.name.label("form"))
        .add_columns(SendingProcedure.name.label("procedure"), used.label("used"))
        .join(MailTemplate, MailTemplate.id == Rule.template_id)
        .join(QuestionForm, QuestionForm.id == Rule.form_id)
        .outerjoin(SendingProcedure, SendingProcedure.id == Rule.procedure_id)
    )


def _shown(tx: Transaction, rule_id: int) -> RuleRow:
    row = tx.execute(_rules().where(Rule.id == rule_id)).one()
    return _row(tx, row, _codes(tx, row.audience.get("people", ())))


def _row(tx: Transaction, row: Any, codes: dict[int, str]) -> RuleRow:
    fixed = {name: row.audience.get(name, []) for name in ("departments", "roles", "lists")}
    people = [codes[one] for one in row.audience.get("people", ()) if one in codes]
    waits = {name: row.waits.get(intensity, 0) for name, intensity in WAITS.items()}
    said = {"recipients": [], "area_names": []} if row.who is not RuleWho.FIXED else {
        "recipients": broadcasts.described(tx, broadcasts.Selection.model_validate(row.audience)),
        "area_names": _area_names(tx, row.areas),
    }  # fmt: skip
    return RuleRow.model_validate({**row._mapping, **fixed, "people": people, **said, **waits})


def _area_names(tx: Transaction, codes: list[str]) -> list[str]:
    name = Area.name if language() == "ja" else Area.name_en
    return list(tx.execute(select(name).where(Area.code.in_(codes)).order_by(Area.code)).scalars())


def _codes(tx: Transaction, person_ids: Any) -> dict[int, str]:
    ids = list(person_ids)
    found = select(Person.id, Person.code).where(Person.id.in_(ids)).order_by(Person.code)
    return dict(tx.execute(found).all()) if ids else {}


def _rank(rule: RuleRow) -> float:
    if rule.threshold is not None:
        return rule.threshold.rank
    return rule.grade.rank if rule.grade else 10 + (rule.height or 0)


def _require_text_and_questions(tx: Transaction, ask: EditRule) -> None:
    if tx.get(MailTemplate, ask.template_id) is None:
        raise NotFound(N_("This template does not exist any more. Choose another one."))
    if tx.get(QuestionForm, ask.form_id) is None:
        raise NotFound(N_("This form does not exist any more. Choose another one."))
    if ask.procedure_id and tx.get(SendingProcedure, ask.procedure_id) is None:
        raise NotFound(N_("This sending procedure does not exist any more. Choose another one."))


def _require_kind(tx: Transaction, ask: EditRule, row: Rule) -> None:
    if ask.id and row.kind is not ask.kind and tx.scalar(select(exists().where(Asking.rule_id == row.id))):
        raise Refused(N_("This rule has acted on an event and keeps its kind. Make a new rule for the other kind."))


def _noted(row: Rule) -> dict[str, object]:
    return {column.name: getattr(row, column.name) for column in Rule.__table__.columns if column.name not in LEFT_OUT}


LEFT_OUT = ("id", "version")
