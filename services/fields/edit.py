"""Defining own fields (独自項目の設定, N08): add one, change one."""

from typing import Any

from pydantic import field_validator
from sqlalchemy import func, literal, or_, select

from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, field
from core.operations import operation
from core.text import shown
from core.transaction import Transaction
from data.models.fields import OwnField, OwnKind
from services.fields.choices import kept, read_choices
from services.fields.definitions import OwnChoice, OwnFieldRow
from services.fields.nouns import Noun, noun_of

MOST = 100
"""Own fields that one noun may have, retired ones included: a form with more helps nobody."""

LONGEST_LABEL = 60
GONE = N_("This field does not exist any more. Go back to the list.")
TAKEN_CODE = N_("Another field has this code.")
TAKEN_LABEL = N_("Something else has this label already. Choose another one.")
NO_CHOICES = N_("Enter at least one choice.")
PARTS = ("kind", "label_ja", "label_en", "help", "required", "applicable", "decimals")
NO_APPLYING = N_("Nobody applies for fields that lead to other records.")
REFERRING = {OwnKind.PERSON, OwnKind.DEPARTMENT}
CHOOSING = {OwnKind.CHOICE, OwnKind.CHOICES}


class FieldParts(Input):
    """What can be changed of an own field at any time."""

    label_ja: str = field(N_("Label in Japanese"), min_length=1, max_length=LONGEST_LABEL)
    label_en: str = field(
        N_("Label in English"), default="", max_length=LONGEST_LABEL, help=N_("Empty: as in Japanese.")
    )
    kind: OwnKind = field(
        N_("Kind"), default=OwnKind.TEXT, help=N_("Stays as it is once somebody has a value in the field.")
    )
    choices: list[str] = field(
        N_("Choices, one a line"), default=[],
        help=N_("For choices only. A word alone, or: value | Japanese | English. The value is what is kept and "
                "what machines read; change the words at any time. A choice that is taken out stays "
                "with those who have it."),
    )  # fmt: skip
    decimals: int = field(
        N_("Digits after the point"), default=0, ge=0, le=6, help=N_("For numbers only. 0: whole numbers.")
    )
    help: str = field(N_("Help"), default="", max_length=200, help=N_("Stands beside the field in forms."))
    required: bool = field(
        N_("Required"), default=False,
        help=N_("Asked of everybody who is added or changed in a form; what is kept already stays."),
    )  # fmt: skip
    applicable: bool = field(
        N_("People apply for changes"), default=False,
        help=N_("Everybody sees their own value and may apply for another one; the office approves it."),
    )  # fmt: skip

    @field_validator("label_ja", "label_en")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return shown(value, LONGEST_LABEL)

    @field_validator("choices")
    @classmethod
    def _readable(cls, value: list[str]) -> list[str]:
        read_choices(value)
        return value


class NewField(FieldParts):
    """An own field to add."""

    noun: str = field(N_("Records"), default="person", max_length=50, hidden=True)
    code: str = field(
        N_("Machine name"), pattern=r"^[a-z][a-z0-9_]{0,39}$",
        help=N_("For files, templates and machines: small letters, digits and _, a letter first. It never changes."),
    )  # fmt: skip


class EditedField(FieldParts):
    """An own field as changed."""

    id: int = field(N_("Number"), hidden=True)
    version: int = field(N_("Version"), hidden=True)


@operation("fields.add", N_("Add own fields"), touches="own_field")
def add_field(tx: Transaction, ask: NewField) -> OwnFieldRow:
    """Add a field to a noun, after those that are there.

    Raises:
        NotFound: when such records cannot have own fields.
        Invalid: when the code or the label is taken, or choices are missing.
        Refused: when there are too many.
    """
    noun = noun_of(ask.noun)
    if tx.scalar(select(func.count()).where(OwnField.noun == noun.name)) >= MOST:
        raise Refused(N_("There are {most} own fields already. Use one of the retired ones again."), most=MOST)
    wrong = _wrong(tx, noun, ask, None)
    if tx.scalar(select(OwnField.id).where(OwnField.noun == noun.name, OwnField.code == ask.code)):
        wrong["code"] = _(TAKEN_CODE)
    _refuse(wrong)
    last = tx.scalar(select(func.max(OwnField.position)).where(OwnField.noun == noun.name)) or 0
    made = OwnField(noun=noun.name, code=ask.code, position=last + 1, version=1, **_parts(ask))
    made.choices = kept(_choices(ask), (), ())
    tx.add(made)
    tx.note(f"own_field:{made.id}", None, {"code": made.code, **_parts(ask)})
    return OwnFieldRow.model_validate(made)


@operation("fields.edit", N_("Change own fields"), touches="own_field")
def edit_field(tx: Transaction, ask: EditedField) -> OwnFieldRow:
    """Change a field. Values that records have stay, those of choices that are taken out as well.

    Raises:
        NotFound: when there is none. Conflict: when somebody else changed it meanwhile.
        Invalid: when the label is taken, choices are missing, or the kind of a field that has values would change.
    """
    found = field_of(tx, ask.id)
    if found.version != ask.version:
        raise Conflict(N_("Somebody else changed this field meanwhile. Open the page again and repeat your change."))
    noun = noun_of(found.noun)
    wrong = _wrong(tx, noun, ask, found)
    if ask.kind is not found.kind and is_used(tx, noun, found.code):
        wrong["kind"] = _(N_("Some records have a value in this field, so its kind stays. Add another field instead."))
    _refuse(wrong)
    before = OwnFieldRow.model_validate(found)
    tx.note(
        f"own_field:{found.id}", before.model_dump(mode="json", include=set(FieldParts.model_fields)),
        ask.model_dump(mode="json", include=set(FieldParts.model_fields)),
    )  # fmt: skip
    for name, value in _parts(ask).items():
        setattr(found, name, value)
    choices = _choices(ask)
    found.choices = kept(choices, before.choices, _used_choices(tx, noun, before, {one.value for one in choices}))
    found.version += 1
    tx.session.flush()
    return OwnFieldRow.model_validate(found)


def field_of(tx: Transaction, field_id: int) -> OwnField:
    """Return a field, locked for change.

    Raises:
        NotFound: when there is none.
    """
    found = tx.get(OwnField, field_id, lock=True)
    if found is None:
        raise NotFound(GONE)
    return found


def is_used(tx: Transaction, noun: Noun, code: str) -> bool:
    """Say whether any record has a value in a field."""
    return tx.scalar(select(literal(1)).where(noun.own != {}, noun.own.has_key(code)).limit(1)) is not None


def _used_choices(tx: Transaction, noun: Noun, before: OwnFieldRow, now: set[str]) -> list[str]:
    gone = [one.value for one in before.choices if one.value not in now]
    return [
        value for value in gone
        if tx.scalar(
            select(literal(1)).where(
                noun.own != {}, or_(noun.own.contains({before.code: value}), noun.own.contains({before.code: [value]}))
            ).limit(1)
        )
    ]  # fmt: skip


def _wrong(tx: Transaction, noun: Noun, ask: FieldParts, found: OwnField | None) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if ask.kind in CHOOSING and not _choices(ask):
        wrong["choices"] = _(NO_CHOICES)
    if ask.applicable and ask.kind in REFERRING:
        wrong["applicable"] = _(NO_APPLYING)
    for name in ("label_ja", "label_en"):
        label = getattr(ask, name)
        others = select(OwnField.id).where(
            OwnField.noun == noun.name, OwnField.retired_at.is_(None), OwnField.id.is_distinct_from(found and found.id),
            or_(OwnField.label_ja == label, OwnField.label_en == label),
        )  # fmt: skip
        if label and (noun.taken(label) or tx.scalar(others.limit(1)) is not None):
            wrong[name] = _(TAKEN_LABEL)
    return wrong


def _parts(ask: FieldParts) -> dict[str, Any]:
    return {name: getattr(ask, name) for name in PARTS}


def _choices(ask: FieldParts) -> list[OwnChoice]:
    return read_choices(ask.choices) if ask.kind in CHOOSING else []


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise Invalid(N_("Look at the fields again."), fields=wrong)
