"""The step of an import in which columns of the file are matched to what Renraku keeps."""

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st
from pydantic import create_model

from core import csvout
from core.i18n import N_, _
from core.inputs import Input, field
from pages import kit
from services.people import ImportKind, map_import
from services.people.imports.headings import BY_KIND
from services.people.imports.queries import ImportDetail
from services.people.imports.upload import Mapping

CREATE = "create_departments"
LEFT_OUT: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.PEOPLE: ("name", "kana"),
    ImportKind.DEPARTMENTS: ("name", "parent_code"),
    ImportKind.MEMBERSHIPS: ("doing",),
    ImportKind.ROLES: ("doing", "login"),
    ImportKind.REGIONS: ("doing",),
}
"""Columns that the template leaves out: it has others that say the same, or few files need them."""

MAKING = (ImportKind.PEOPLE, ImportKind.MEMBERSHIPS)
"""Files of these name departments that may be missing."""


def template(kind: ImportKind, own: Sequence[str] = ()) -> bytes:
    """Return an empty file with the columns that are matched by themselves, those of ``own`` fields at the end."""
    headings = [column.heading for column in BY_KIND[kind] if column.field not in LEFT_OUT[kind]]
    return csvout.lines([[*headings, *own]]).encode("utf-8-sig")


def explained(kind: ImportKind) -> list[tuple[str, str]]:
    """Return the name of each column that files of a kind may have, with what it holds."""
    return [
        (_(N_("{heading} (needed)"), heading=column.heading) if column.needed else column.heading, _(column.help))
        for column in BY_KIND[kind]
    ]


def match_columns(found: ImportDetail) -> bool:
    """Ask which column is which; return whether the check was begun."""
    st.markdown(_(N_("Choose for each item the column of the file that holds it. Empty items are left as they are.")))
    with st.expander(_(N_("The first rows of the file")), expanded=True):
        kit.rows(found.header, [[row.get(name, "") for name in found.header] for row in found.sample])
    key = f"columns-{found.id}"
    names = [column.field for column in found.columns]
    entered = kit.form(
        _model(found), key, initial=_initial(found),
        rows=[*zip(names[::2], names[1::2], strict=False)], submit=_(N_("Check the file")),
        placeholder=_(N_("Leave as it is")),
    )  # fmt: skip
    if entered is None:
        return False
    chosen = {name: value for name, value in entered if value and name != CREATE}
    asked = Mapping(id=found.id, mapping=chosen, create_departments=getattr(entered, CREATE, False))
    return kit.do(map_import, asked, on_error=lambda error: kit.refuse(key, error)) is not None


def _initial(found: ImportDetail) -> dict[str, Any]:
    return {**found.mapping, **({CREATE: found.create_departments} if found.kind in MAKING else {})}


def _model(found: ImportDetail) -> type[Input]:
    """Return the form: a choice among the columns of this file for each item."""
    column = Literal[tuple(found.header)] | None  # type: ignore[valid-type]
    fields: dict[str, Any] = {one.field: (column, field(one.label, default=None)) for one in found.columns}
    if found.kind in MAKING:
        fields[CREATE] = (bool, Mapping.model_fields[CREATE])
    return create_model("Columns", __base__=Input, **fields)
