"""What people may apply for: a part of what is kept about them, and own fields that are marked for it."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import N_
from core.inputs import Input, Row, field, label_of
from core.transaction import Transaction
from data.models.applications import ProfileApplication
from services.fields import OwnFieldRow, Words, own_fields, words_for
from services.people import Mail, Mobile, shown_mobile
from services.people.amending import OWN
from services.people.homes import Address, PostalCode, shown_postal_code
from services.people.text import Kana, Name, RequiredName


class Wanted(Input):
    """How everything that people may apply for is to stand; what is as it was is not applied for."""

    family_name: RequiredName = field(N_("Family name"), personal=True)
    given_name: Name = field(N_("Given name"), default="", personal=True)
    family_kana: Kana = field(N_("Family name in kana"), default="", personal=True)
    given_kana: Kana = field(N_("Given name in kana"), default="", personal=True)
    postal_code: PostalCode = field(N_("Postal code"), default="", personal=True)
    address: Address = field(N_("Address"), default="", personal=True)
    mobile: Mobile = field(N_("Mobile number"), default="", personal=True)
    mail1: Mail = field(N_("Mail address 1"), default="", personal=True)
    mail2: Mail = field(N_("Mail address 2"), default="", personal=True)
    mail3: Mail = field(N_("Mail address 3"), default="", personal=True)
    own: dict[str, Any] = field(
        N_("Own fields"), default={}, personal=True, hidden=True,
        help=N_("Values of own fields by code; null empties one, those that are not named stay."),
    )  # fmt: skip
    note: str = field(
        N_("Note to the office"), default="", max_length=500, multiline=True, personal=True,
        help=N_("For instance from when on it holds."),
    )  # fmt: skip


PLAIN = tuple(name for name in Wanted.model_fields if name not in {"own", "note"})


class Difference(Row):
    """A field that is applied for: what stood there, what is wanted, and what stands there now, in words.

    ``changed``: somebody changed it after it was applied for; ``now`` is neither the one nor the other.
    """

    name: str
    label: str
    before: str
    after: str
    now: str
    changed: bool


def applicable_fields(tx: Transaction) -> list[OwnFieldRow]:
    """Return the own fields that people may apply for."""
    return [one for one in own_fields(tx, "person") if one.applicable]


def words_of(tx: Transaction, values: Iterable[Mapping[str, Any]]) -> Words:
    """Return what writes own fields in these applications."""
    own = [{name.removeprefix(OWN): one for name, one in of.items() if name.startswith(OWN)} for of in values]
    return words_for(tx, own_fields(tx, "person", retired=True), own)


def differences(row: ProfileApplication, now: Mapping[str, Any] | None, words: Words) -> list[Difference]:
    """Return what an application wants to be changed; ``now`` None: it is decided, nothing is compared."""
    found = []
    for name, wanted in row.wanted.items():
        before = row.before.get(name)
        present = before if now is None else now.get(name)
        found.append(Difference(
            name=name, label=words.label(name.removeprefix(OWN)) if name.startswith(OWN) else label_of(Wanted, name),
            before=_said(name, before, words), after=_said(name, wanted, words), now=_said(name, present, words),
            changed=(present or None) not in ((before or None), (wanted or None)),
        ))  # fmt: skip
    return found


def _said(name: str, value: Any, words: Words) -> str:
    if name.startswith(OWN):
        return words.said(name.removeprefix(OWN), value)
    if name == "mobile":
        return shown_mobile(value) if value else ""
    return shown_postal_code(value or "") if name == "postal_code" else value or ""
