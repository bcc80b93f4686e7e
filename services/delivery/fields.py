"""Fields in the texts of a mail (差し込み項目): which there are, and filling them cheaply for each delivery."""

import re
from collections.abc import Mapping

from core.errors import Refused
from core.i18n import N_
from core.transaction import Transaction
from services.fields import OwnFieldRow, own_fields

CONSTANT_FIELDS = ("organisation", "title")
"""The same in every mail of a mailing."""

PERSON_FIELDS = ("name", "family_name", "department", "reply_url")
"""Different for each delivery: the person's name, family name, main department with those above it, link to answer."""

FIELDS = (*PERSON_FIELDS, *CONSTANT_FIELDS)
OWN = "own:"
"""Before its code, an own field of the person: ``{own:size}``."""

_FIELD = re.compile(r"\{([^{}]*)\}")


def check_fields(tx: Transaction, *texts: str) -> None:
    """Check that texts name only fields that exist.

    Raises:
        Refused: when one does not.
    """
    names = {name for text in texts for name in _FIELD.findall(text)} - {*FIELDS}
    known = [f"{OWN}{one.code}" for one in used_own(tx, *texts)] if names else []
    if unknown := sorted(names.difference(known)):
        own = [f"{OWN}{one.code}" for one in own_fields(tx, "person")]
        raise Refused(
            N_("There is no field “{field}”. Use one of: {known}"),
            field=f"{{{unknown[0]}}}", known=" ".join(f"{{{name}}}" for name in (*FIELDS, *own)),
        )  # fmt: skip


def used_own(tx: Transaction, *texts: str) -> list[OwnFieldRow]:
    """Return the own fields that texts name, those out of use as well: what was written before stays right."""
    codes = {name.removeprefix(OWN) for text in texts for name in _FIELD.findall(text) if name.startswith(OWN)}
    return [one for one in own_fields(tx, "person", retired=True) if one.code in codes] if codes else []


class Text:
    """A text cut at its fields, so that filling it is one join. What is filled in is never searched for fields."""

    def __init__(self, text: str, constants: Mapping[str, str]) -> None:
        """Cut the text and fill what is the same for everybody."""
        self.pieces = [""]
        """Literal, field, literal, field, …, literal."""

        for at, piece in enumerate(_FIELD.split(text)):
            if at % 2 and (piece in PERSON_FIELDS or piece.startswith(OWN)):
                self.pieces += [piece, ""]
            else:
                self.pieces[-1] += constants.get(piece, "") if at % 2 else piece

    @property
    def personal(self) -> bool:
        """Say whether the text differs from person to person."""
        return len(self.pieces) > 1

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text for one delivery; ``values`` has every field for persons."""
        parts = self.pieces.copy()
        for at in range(1, len(parts), 2):
            parts[at] = values[parts[at]]
        return "".join(parts)
