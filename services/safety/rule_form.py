"""What a rule is asked with (自動一斉送信の設定, D07), and what of it is stored: what its kind and its way need."""

from typing import Any, Literal

from sqlalchemy import select

from core.errors import Invalid
from core.i18n import N_, _
from core.inputs import Input, field, label_of
from core.transaction import Transaction
from data.models.people import Person
from data.models.safety import RuleKind, RuleWho
from services.safety.intensity import Intensity
from services.safety.telegrams import SpecialWarning, TsunamiGrade

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

Grade = Literal[TsunamiGrade.ADVISORY, TsunamiGrade.WARNING, TsunamiGrade.MAJOR_WARNING]
LONGEST_WAIT = 60
WAITS = {
    "wait_3": "3",
    "wait_4": "4",
    "wait_5_lower": "5-",
    "wait_5_upper": "5+",
    "wait_6_lower": "6-",
    "wait_6_upper": "6+",
    "wait_7": "7",
}
"""The field with the minutes of each intensity."""

MISSING = N_("This is required.")
NOBODY_KNOWN = N_("Nobody has one of these codes: {codes}.")


def _minutes(label: str) -> Any:
    return field(label, default=0, ge=0, le=LONGEST_WAIT, unit=N_("minutes"))


class EditRule(Input):
    """A rule to make (without ``id``) or to change."""

    id: int | None = field(N_("Rule"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    kind: RuleKind = field(N_("Kind of event"), default=RuleKind.EARTHQUAKE)
    name: str = field(N_("Name"), min_length=1, max_length=80, help=N_("For you only; it is not sent."))
    threshold: Threshold | None = field(
        N_("Seismic intensity, this or more"),
        default=Intensity.FIVE_LOWER,
        help=N_("The people whose region lies in an area with this intensity or more are asked."),
    )
    grade: Grade | None = field(
        N_("Grade of the forecast, this or graver"),
        default=None,
        help=N_("The rule acts as soon as JMA warns. Leave it empty to go by the height that was measured."),
    )
    height: float | None = field(
        N_("Observed height, this or more"),
        default=None, ge=0.1, le=50, unit=N_("m"),
        help=N_("The rule acts when a tide gauge on the coast has measured it, for instance 0.3 m."),
    )  # fmt: skip
    warnings: list[SpecialWarning] = field(
        N_("Special warnings"), default=list(SpecialWarning),
        help=N_("Level 4 and below never send anything."),
    )  # fmt: skip
    who: RuleWho = field(
        N_("Who is asked"), default=RuleWho.REGIONS,
        help=N_("People by their own regions; or recipients that you fix, when an area that you fix is hit; or "
                "everybody, wherever in the country it happens: then nobody needs a region."),
    )  # fmt: skip
    areas: list[str] = field(
        N_("Fixed areas"), default=[], of="people.area_choices", sought="people.region_of", max_length=200,
        help=N_("The recipients are asked when one of them is hit. Write a prefecture, a municipality, an address or a "
                "code, and press Enter."),
    )  # fmt: skip
    departments: list[int] = field(
        N_("Departments and all below"), default=[], of="people.department_choices", max_length=500
    )
    roles: list[int] = field(N_("Roles"), default=[], of="access.set_choices", max_length=200)
    lists: list[int] = field(N_("Lists"), default=[], of="people.list_choices", max_length=200)
    people: list[str] = field(
        N_("Single people"), default=[], max_length=2_000, help=N_("Codes of people, one a line.")
    )
    wait_3: int = _minutes(N_("Wait at 3"))
    wait_4: int = _minutes(N_("Wait at 4"))
    wait_5_lower: int = _minutes(N_("Wait at 5 lower"))
    wait_5_upper: int = _minutes(N_("Wait at 5 upper"))
    wait_6_lower: int = _minutes(N_("Wait at 6 lower"))
    wait_6_upper: int = _minutes(N_("Wait at 6 upper"))
    wait_7: int = _minutes(N_("Wait at 7"))
    template_id: int = field(
        N_("Template"),
        of="broadcasts.templates",
        help=N_("Its field title names the event: place, intensity or warning, time."),
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


def settings_of(tx: Transaction, ask: EditRule) -> dict[str, Any]:
    """Return what is stored of a rule.

    Raises:
        Invalid: when what its kind or its recipients need is missing, or somebody named is not there.
    """
    _require_threshold(ask)
    fixed = ask.who is RuleWho.FIXED
    return {
        "name": ask.name,
        "kind": ask.kind,
        "threshold": ask.threshold.value if ask.kind is RuleKind.EARTHQUAKE and ask.threshold else None,
        "grade": ask.grade.value if ask.kind is RuleKind.TSUNAMI and ask.grade else None,
        "height": ask.height if ask.kind is RuleKind.TSUNAMI else None,
        "warnings": sorted(ask.warnings) if ask.kind is RuleKind.SPECIAL_WARNING else [],
        "who": ask.who,
        "areas": sorted(set(ask.areas)) if fixed else [],
        "audience": _audience(tx, ask) if fixed else {},
        "waits": _waits(ask) if ask.kind is RuleKind.EARTHQUAKE else {},
        "template_id": ask.template_id,
        "form_id": ask.form_id,
        "enabled": ask.enabled,
    }


def _require_threshold(ask: EditRule) -> None:
    if ask.kind is RuleKind.EARTHQUAKE and ask.threshold is None:
        raise _wrong("threshold", MISSING)
    if ask.kind is RuleKind.SPECIAL_WARNING and not ask.warnings:
        raise _wrong("warnings", MISSING)
    if ask.kind is RuleKind.TSUNAMI and (ask.grade is None) is (ask.height is None):
        raise _wrong("grade", N_("Choose either a grade of the forecast or an observed height."))


def _audience(tx: Transaction, ask: EditRule) -> dict[str, Any]:
    if not ask.areas:
        raise _wrong("areas", MISSING)
    people = _ids(tx, ask.people)
    audience = {"departments": ask.departments, "roles": ask.roles, "lists": ask.lists, "people": people}
    if not any(audience.values()):
        raise _wrong("departments", N_("Choose at least one kind of recipient."))
    return {name: sorted(values) for name, values in audience.items() if values}


def _ids(tx: Transaction, codes: list[str]) -> list[int]:
    found = dict(tx.execute(select(Person.code, Person.id).where(Person.code.in_(codes))).all()) if codes else {}
    missing = [code for code in codes if code not in found]
    if missing:
        raise _wrong("people", NOBODY_KNOWN, codes=", ".join(missing[:10]))
    return list(found.values())


def _waits(ask: EditRule) -> dict[str, int]:
    return {intensity: getattr(ask, name) for name, intensity in WAITS.items() if getattr(ask, name)}


def _wrong(name: str, sentence: str, **values: object) -> Invalid:
    said = _(sentence, **values)
    return Invalid(N_("Some fields need another look: {names}."), fields={name: said}, names=label_of(EditRule, name))
