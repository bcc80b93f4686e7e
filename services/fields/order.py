"""The order of own fields, and taking them out of use and back."""

from sqlalchemy import select

from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, field
from core.operations import operation
from core.transaction import Transaction
from data.models.fields import OwnField
from services.fields.definitions import OwnFieldRow
from services.fields.edit import field_of


class WhichField(Input):
    """One own field."""

    id: int = field(N_("Number"), hidden=True)


class MovedField(WhichField):
    """An own field, and which way it goes in the order."""

    up: bool = field(N_("Upwards"), hidden=True)


@operation("fields.move", N_("Order own fields"), touches="own_field")
def move_field(tx: Transaction, ask: MovedField) -> OwnFieldRow:
    """Exchange a field in use with the one before or after it; the first and the last one stay at the end.

    Raises:
        NotFound: when there is none.
    """
    found = field_of(tx, ask.id)
    there = (OwnField.noun == found.noun, OwnField.retired_at.is_(None))
    beyond = OwnField.position < found.position if ask.up else OwnField.position > found.position
    nearest = OwnField.position.desc() if ask.up else OwnField.position
    other: OwnField | None = tx.scalar(
        select(OwnField).where(*there, beyond).order_by(nearest).limit(1).with_for_update()
    )
    if other is not None:
        tx.note(f"own_field:{found.id}", found.position, other.position)
        found.position, other.position = other.position, found.position
        tx.session.flush()
    return OwnFieldRow.model_validate(found)


@operation("fields.retire", N_("Retire own fields"), touches="own_field")
def retire_field(tx: Transaction, ask: WhichField) -> OwnFieldRow:
    """Take a field out of use: no form asks for it any more, its values stay and come back with it.

    Raises:
        NotFound: when there is none.
    """
    found = field_of(tx, ask.id)
    if found.retired_at is None:
        tx.note(f"own_field:{found.id}", None, "retired")
        found.retired_at, found.version = tx.now, found.version + 1
        tx.session.flush()
    return OwnFieldRow.model_validate(found)


@operation("fields.reinstate", N_("Take own fields back into use"), touches="own_field")
def reinstate_field(tx: Transaction, ask: WhichField) -> OwnFieldRow:
    """Take a retired field back into use, with the values that records still have.

    Raises:
        NotFound: when there is none. Refused: when another field has its label by now.
    """
    found = field_of(tx, ask.id)
    labels = [label for label in (found.label_ja, found.label_en) if label]
    taken = select(OwnField.id).where(
        OwnField.noun == found.noun, OwnField.retired_at.is_(None), OwnField.id != found.id,
        OwnField.label_ja.in_(labels) | OwnField.label_en.in_(labels),
    )  # fmt: skip
    if tx.scalar(taken.limit(1)) is not None:
        raise Refused(N_("Another field has the label “{label}” by now. Rename one of them first."), label=labels[0])
    if found.retired_at is not None:
        tx.note(f"own_field:{found.id}", "retired", None)
        found.retired_at, found.version = None, found.version + 1
        tx.session.flush()
    return OwnFieldRow.model_validate(found)
