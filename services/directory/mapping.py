"""Which field of a vendor fills which field of ours (項目の対応付け): the usual ones, and what may not be chosen."""

from collections.abc import Mapping

from core.errors import Invalid
from core.i18n import N_, _, listed
from core.transaction import Transaction
from data.models.people import ImportKind
from services.directory.sources import FIELDS, SourceKind
from services.people.imports.columns import columns_of
from services.people.imports.headings import Column

NEVER = frozenset({"departments"})
"""Departments come by the vendor's keys, not by a field."""

DEFAULTS: Mapping[SourceKind, Mapping[str, str]] = {
    SourceKind.SMARTHR: {
        "family_name": "last_name", "given_name": "first_name",
        "family_kana": "last_name_yomi", "given_kana": "first_name_yomi", "mail1": "email", "mobile": "tel_number",
    },
    SourceKind.FREEE: {
        "family_name": "profile_rule.last_name", "given_name": "profile_rule.first_name",
        "family_kana": "profile_rule.last_name_kana", "given_kana": "profile_rule.first_name_kana",
        "mail1": "profile_rule.email", "mobile": "profile_rule.phone",
    },
    SourceKind.CYBOZU: {
        "family_name": "surName", "given_name": "givenName",
        "family_kana": "surNameReading", "given_kana": "givenNameReading", "mail1": "email", "mobile": "mobilePhone",
    },
    SourceKind.GOOGLE: {
        "family_name": "name.familyName", "given_name": "name.givenName", "mail1": "primaryEmail",
        "mobile": "phones.mobile",
    },
    SourceKind.MICROSOFT: {
        "family_name": "surname", "given_name": "givenName", "mail1": "mail",
        "mobile": "mobilePhone",
    },
}  # fmt: skip


def default_mapping(kind: SourceKind) -> dict[str, str]:
    """Return what is usual for a vendor, by our field."""
    return dict(DEFAULTS[kind])


def mappable(tx: Transaction) -> list[Column]:
    """Return our fields that a vendor's can fill, own fields included."""
    return [column for column in columns_of(tx, ImportKind.PEOPLE) if column.field not in NEVER]


def check_mapping(tx: Transaction, kind: SourceKind, mapping: Mapping[str, str]) -> None:
    """Check a mapping made by a person.

    Raises:
        Invalid: with a sentence for each field that is wrong.
    """
    known = {column.field: column for column in mappable(tx)}
    fields = {
        name: _(N_("There is no such field.")) for name, theirs in mapping.items()
        if name not in known or theirs not in FIELDS[kind]
    }  # fmt: skip
    for whole, parts in (("name", ("family_name", "given_name")), ("kana", ("family_kana", "given_kana"))):
        if whole in mapping and mapping.keys() & set(parts):
            fields[whole] = _(N_("Choose either one field for the whole or one for each part."))
    if not mapping.keys() & {"name", "family_name"}:
        fields["family_name"] = _(N_("Choose the field with the name."))
    if fields:
        labels = [_(known[name].label) if name in known else name for name in fields]
        raise Invalid(N_("The fields need another look: {names}."), fields=fields, names=listed(labels))
