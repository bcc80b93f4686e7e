"""Texts with fields such as ``{name}`` (差し込み項目): which there are, what is wrong with a text, how it will look."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from core.i18n import N_
from core.inputs import WrongValue
from services.delivery import FIELDS

FIELDS_HELP = N_(
    "Fields are filled in for each person: name, department, organisation, title, reply_url, "
    "and own fields such as own:size."
)
ENGLISH_HELP = N_("For people whose language is English. Where it is empty, they get the other text.")
OWN_FIELD = re.compile(r"own:[a-z][a-z0-9_]*")
_FIELD = re.compile(r"\{([^{}]*)\}")


def check_fields(text: str) -> str:
    """Return a text whose fields are all known; whether an own field exists is asked where there is a transaction.

    Raises:
        WrongValue: when it names an unknown field, or a brace stands alone.
    """
    known = " ".join(f"{{{name}}}" for name in FIELDS)
    for name in _FIELD.findall(text):
        if name not in FIELDS and not OWN_FIELD.fullmatch(name):
            raise WrongValue(N_("“{field}” is not a field. Use one of: {known}"), field=f"{{{name}}}", known=known)
    if alone := re.search(r"[{}]", _FIELD.sub("", text)):
        raise WrongValue(N_("A “{brace}” stands alone. Write fields like this: {known}"), brace=alone[0], known=known)
    return text


def check_line(text: str) -> str:
    """Return a text of one line, as a subject must be.

    Raises:
        WrongValue: when it holds a line break or another control character.
    """
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise WrongValue(N_("Write this in one line."))
    return text


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its fields filled, for a preview; fields without a value stay as they are."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), text)


Line = Annotated[str, AfterValidator(check_line)]
"""One line without fields."""

FieldLine = Annotated[str, AfterValidator(check_line), AfterValidator(check_fields)]
"""One line with fields."""

FieldText = Annotated[str, AfterValidator(check_fields)]
"""Several lines with fields."""
