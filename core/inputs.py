"""Input models: one pydantic class says what a form asks, a CSV may contain and a machine may send."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticUndefined

from core.errors import Invalid, RenrakuError
from core.i18n import N_, _, listed

I = TypeVar("I", bound="Input")  # noqa: E741


class Input(BaseModel):
    """What an operation or a query is asked with. Frozen; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    @field_validator("*")
    @classmethod
    def _can_be_stored(cls, value: Any) -> Any:
        require_storable(value)
        return value


class Row(BaseModel):
    """What a query answers with, or an operation returns."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Choice(Row):
    """What a form stores and what it shows, for what has a number."""

    value: int
    label: str


class Nothing(Input):
    """For operations and queries that need no input."""


class Of(Input):
    """For queries that list the choices of a field that depends on another one: what stands in that one."""

    of: int | str | None = None


def field(
    label: str,
    *,
    default: Any = PydanticUndefined,
    help: str | None = None,  # noqa: A002 - the word that Streamlit and forms use
    unit: str | None = None,
    of: str | None = None,
    depends: str | None = None,
    sought: str | None = None,
    fills: str | None = None,
    multiline: bool = False,
    secret: bool = False,
    masked: bool | None = None,
    personal: bool = False,
    hidden: bool = False,
    me: str | None = None,
    choices: Mapping[Any, str] | None = None,
    **limits: Any,
) -> Any:
    """Declare a field of an input with what a form needs to know.

    ``label``, ``help`` and ``unit`` are message ids. ``of`` names the query that lists the choices; with
    ``depends``, the name of an earlier field, it is asked with what stands there (``Of``) and the choices change with
    it. ``sought`` names a query that finds the choices by what is typed, where listing them all would be too much.
    ``fills`` names a query that is asked with what was typed (``value``) and answers with what goes into later
    fields of the same form, where those are still empty. ``choices`` are those of a
    field that no class knows, with their words. ``secret`` values
    never reach the audit trail and are masked on screen unless ``masked`` says no; ``personal`` ones go to its
    erasable side table. ``hidden`` ones are filled by the page. ``me`` ("person" or "account") says
    whose number it is, so that a saved view can mean whoever opens it.
    """
    extra: dict[str, Any] = {
        "unit": unit, "of": of, "depends": depends, "sought": sought, "fills": fills, "multiline": multiline,
        "secret": secret,
        "masked": secret if masked is None else masked, "personal": personal, "hidden": hidden, "me": me,
        **({"choices": choices} if choices else {}),
    }  # fmt: skip
    if isinstance(default, list | dict | set):
        limits["default_factory"] = lambda: type(default)(default)
    else:
        limits["default"] = default
    return Field(title=label, description=help, json_schema_extra=extra, **limits)


def marks(model: type[BaseModel], name: str) -> Mapping[str, Any]:
    """Return what ``field`` noted about a field of a model."""
    extra = model.model_fields[name].json_schema_extra
    return extra if isinstance(extra, dict) else {}


def label_of(model: type[BaseModel], name: str) -> str:
    """Return the label of a field in the current language."""
    return _(model.model_fields[name].title or name)


def validated(model: type[I], values: Mapping[str, Any]) -> I:
    """Make an input from what was typed or sent.

    Raises:
        Invalid: with a sentence for each field, in the current language.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        fields: dict[str, str] = {}
        for detail in error.errors():
            name = str(detail["loc"][0]) if detail["loc"] else ""
            fields.setdefault(name, sentence(detail))
        raise Invalid(N_("Some fields need another look: {names}."), fields=fields,
                      names=listed(label_of(model, n) if n in model.model_fields else n for n in fields),
                      ) from error  # fmt: skip


REQUIRED = N_("This is required.")
SENTENCES = {
    "missing": REQUIRED,
    "string_too_short": N_("Enter at least {min_length} characters."),
    "string_too_long": N_("Enter at most {max_length} characters."),
    "too_short": N_("Choose at least {min_length}."),
    "too_long": N_("Choose at most {max_length}."),
    "int_parsing": N_("Enter a whole number."),
    "int_type": N_("Enter a whole number."),
    "int_from_float": N_("Enter a whole number."),
    "string_type": N_("Enter text."),
    "bool_parsing": N_("Enter yes or no."),
    "greater_than_equal": N_("Enter {ge} or more."),
    "less_than_equal": N_("Enter {le} or less."),
    "greater_than": N_("Enter more than {gt}."),
    "less_than": N_("Enter less than {lt}."),
    "enum": N_("Choose one of: {expected}."),
    "literal_error": N_("Choose one of: {expected}."),
    "date_from_datetime_parsing": N_("Enter a date such as 2026-04-01."),
    "date_parsing": N_("Enter a date such as 2026-04-01."),
    "date_type": N_("Enter a date such as 2026-04-01."),
    "datetime_parsing": N_("Enter a date and a time such as 2026-04-01 09:00."),
    "string_pattern_mismatch": N_("This is not written in the expected form."),
    "extra_forbidden": N_("There is no such field."),
}


def sentence(detail: ErrorDetails) -> str:
    """Say one pydantic error in words, in the current language."""
    context = detail.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, WrongValue):
        return cause.text
    if detail["type"] in {"missing", "string_type", "string_too_short"} and _is_empty(detail.get("input")):
        return _(REQUIRED)
    known = SENTENCES.get(detail["type"], N_("This value cannot be used."))
    return _(known, **context) if "{" in known else _(known)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


class WrongValue(RenrakuError, ValueError):
    """Raise it in a pydantic validator: its sentence is shown beside the field."""


LARGEST_NUMBER = 2**63 - 1


def require_storable(value: object) -> None:
    """Refuse what no column of the database takes: NUL in text, numbers beyond 64 bits.

    Looks into lists and mappings too. What comes by the console's socket or an address may hold any of it.

    Raises:
        WrongValue: with the sentence for the field.
    """
    if isinstance(value, str):
        if "\0" in value:
            raise WrongValue(N_("There is an invisible letter in it. Remove it."))
    elif isinstance(value, int):
        if abs(value) > LARGEST_NUMBER:
            raise WrongValue(N_("This number is too large."))
    elif isinstance(value, Mapping):
        require_storable([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            require_storable(one)
