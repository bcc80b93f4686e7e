"""What the settings of a channel lack (未設定の項目, X02): named by their labels, so that pages can lead to each."""

from collections.abc import Sequence
from typing import NoReturn

from core.errors import Invalid
from core.i18n import N_, _, listed
from core.inputs import Input, Row, label_of


class Lacking(Row):
    """A field that is empty: its name in the form, and its label in the reader's language."""

    name: str
    label: str


def lacking(form: type[Input], row: object, needed: Sequence[str]) -> list[Lacking]:
    """Return those of ``needed`` that a row has nothing for."""
    return [Lacking(name=name, label=label_of(form, name)) for name in needed if getattr(row, name) in {None, "", b""}]


def require_complete(lacks: Sequence[Lacking]) -> None:
    """Refuse settings that lack something.

    Raises:
        Invalid: naming each missing field.
    """
    if lacks:
        fields = {one.name: _(N_("This is required.")) for one in lacks}
        names = listed(one.label for one in lacks)
        raise Invalid(N_("It cannot be switched on yet. Missing: {names}."), fields=fields, names=names)


def wrong(name: str, sentence: str) -> NoReturn:
    """Refuse one field with a sentence."""
    raise Invalid(sentence, fields={name: _(sentence)})
