"""How the columns of a file are matched to what an import knows (``headings``): guessed, then confirmed by a person."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from core.errors import Invalid
from core.i18n import N_, _, listed
from core.transaction import Transaction
from data.models.people import ImportKind
from services.fields import OwnFieldRow, own_fields
from services.people.imports.headings import BY_KIND, PEOPLE, Column

OWN = "own."
"""Before its code, what an import calls an own field."""

MAIL_FIELDS = ("mail1", "mail2", "mail3")
NOISE = re.compile(r"[\s_\-・.()\[\]【】*※:/]+|必須|任意")


def own_columns(fields: Sequence[OwnFieldRow]) -> tuple[Column, ...]:
    """Return the columns of own fields: files name them by label, in either language, or by code."""
    return tuple(
        Column(f"{OWN}{one.code}", one.label, one.label_ja, f"{one.code} {_plain(one.label_en)}", "") for one in fields
    )


def columns_of(tx: Transaction, kind: ImportKind) -> tuple[Column, ...]:
    """Return every column that files of a kind may have now."""
    return BY_KIND[kind] + (own_columns(own_fields(tx, "person")) if kind is ImportKind.PEOPLE else ())


def guess(kind: ImportKind, header: Sequence[str], columns: Sequence[Column] = ()) -> dict[str, str]:
    """Return a mapping, column of the file by field, from the names in the header; what is not clear is left out."""
    by_name = {_plain(name): name for name in reversed(header)}
    mapping: dict[str, str] = {}
    for column in columns or BY_KIND[kind]:
        names = (_plain(name) for name in (column.heading, column.label, *column.names.split()))
        found = next((by_name[name] for name in names if name in by_name), None)
        if found is not None and found not in mapping.values():
            mapping[column.field] = found
    for whole, parts in (("name", ("family_name", "given_name")), ("kana", ("family_kana", "given_kana"))):
        if kind is ImportKind.PEOPLE and whole in mapping and mapping.keys() & set(parts):
            del mapping[whole]
    if kind is ImportKind.DEPARTMENTS and {"path", "parent_code"} <= mapping.keys():
        del mapping["path"]
    if kind is ImportKind.DEPARTMENTS and "name" in mapping and "parent_code" not in mapping:
        mapping.setdefault("path", mapping["name"])
        del mapping["name"]
    return mapping


def check_mapping(
    kind: ImportKind, header: Sequence[str], mapping: Mapping[str, str], columns: Sequence[Column]
) -> None:
    """Check a mapping made by a person.

    Raises:
        Invalid: with a sentence for each field that is wrong.
    """
    fields: dict[str, str] = {}
    known = {column.field: column for column in columns}
    for name, column in mapping.items():
        if name not in known:
            fields[name] = _(N_("There is no such field."))
        elif column not in header:
            fields[name] = _(N_("The file has no column “{column}”."), column=column)
        elif list(mapping.values()).count(column) > 1:
            fields[name] = _(N_("The column “{column}” is chosen twice."), column=column)
    fields |= LACKING.get(kind, partial(_lacking_whose, columns))(mapping)
    if fields:
        labels = [_(known[name].label) if name in known else name for name in fields]
        raise Invalid(N_("The columns need another look: {names}."), fields=fields, names=listed(labels))


def is_name_of_column(label: str) -> bool:
    """Say whether files know a column of people by this name already."""
    known = (
        name for column in PEOPLE for name in (column.heading, column.label, _(column.label), *column.names.split())
    )
    return _plain(label) in set(map(_plain, known))


def label_of(columns: Sequence[Column], name: str) -> str:
    """Return what people call a field, in the current language."""
    if name == "mails":
        return _(N_("Mail addresses"))
    return next((_(column.label) for column in columns if column.field == name), name)


def _lacking_people(mapping: Mapping[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    if "code" not in mapping:
        fields["code"] = _(N_("Choose the column with the code: people are recognised by it."))
    for whole, parts in (("name", ("family_name", "given_name")), ("kana", ("family_kana", "given_kana"))):
        if whole in mapping and mapping.keys() & set(parts):
            fields[whole] = _(N_("Choose either one column for the whole or one for each part."))
    return fields


def _lacking_departments(mapping: Mapping[str, str]) -> dict[str, str]:
    if "path" in mapping:
        both = mapping.keys() & {"name", "parent_code"}
        return dict.fromkeys(both, _(N_("This goes without the column of the department from the top.")))
    needed = {"code", "name", "parent_code"} - mapping.keys()
    return dict.fromkeys(needed, _(N_("Choose this column, or that of the department from the top.")))


def _lacking_whose(columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[str, str]:
    needed = {column.field for column in columns if column.needed} - mapping.keys()
    fields = dict.fromkeys(needed, _(N_("Choose the column.")))
    if not {"code", "login"} & mapping.keys():
        fields["code"] = _(N_("Choose the column with the code: people are recognised by it."))
    return fields


def _plain(name: str) -> str:
    return NOISE.sub("", unicodedata.normalize("NFKC", name).casefold())


LACKING: Mapping[ImportKind, Callable[[Mapping[str, str]], dict[str, str]]] = {
    ImportKind.PEOPLE: _lacking_people,
    ImportKind.DEPARTMENTS: _lacking_departments,
}
