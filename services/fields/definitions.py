"""What own fields there are, as everything that reads or writes them needs it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select

from core.i18n import N_, language
from core.inputs import Row, field
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.fields import OwnField, OwnKind

# Made once, and of columns: each list and form of people asks for its fields.
_FIELDS = OwnField.__table__.c
_OF_NOUN = select(*_FIELDS).where(_FIELDS.noun == bindparam("noun")).order_by(_FIELDS.position, _FIELDS.id)
_ALL, _IN_USE = Prepared(_OF_NOUN), Prepared(_OF_NOUN.where(_FIELDS.retired_at.is_(None)))


class OwnChoice(Row):
    """A choice: what is kept, and what people read. ``gone``: some record still has it, but nobody is offered it."""

    value: str
    ja: str
    en: str = ""
    gone: bool = False

    @property
    def label(self) -> str:
        """Return what people read, in the current language."""
        return self.en or self.ja if language() == "en" else self.ja


class OwnFieldRow(Row):
    """An own field. ``label`` is in the language of whoever asked where it was asked for."""

    id: int
    noun: str
    code: str = field(N_("Machine name"))
    kind: OwnKind = field(N_("Kind"))
    label_ja: str = field(N_("Label in Japanese"))
    label_en: str = field(N_("Label in English"))
    help: str = field(N_("Help"))
    required: bool = field(N_("Required"))
    applicable: bool = field(N_("People apply for changes"))
    decimals: int
    choices: tuple[OwnChoice, ...]
    position: int
    retired_at: datetime | None
    version: int

    @property
    def label(self) -> str:
        """Return what people call it, in the current language."""
        return self.label_en or self.label_ja if language() == "en" else self.label_ja

    @property
    def offered(self) -> Mapping[str, str]:
        """Return the choices that can be made, by what is kept."""
        return {one.value: one.label for one in self.choices if not one.gone}

    @property
    def several(self) -> bool:
        """Say whether it holds several values."""
        return self.kind is OwnKind.CHOICES


def own_fields(tx: Transaction, noun: str, *, retired: bool = False) -> list[OwnFieldRow]:
    """Return the own fields of a noun in their order, those in use only unless ``retired`` ones are wanted as well."""
    return [OwnFieldRow.model_validate(row) for row in tx.rows(_ALL if retired else _IN_USE, noun=noun)]
