"""Matching fields (項目の対応付け): which field of the service fills which item here."""

from functools import lru_cache
from typing import Any

import streamlit as st
from pydantic import create_model

from core.actor import Actor
from core.i18n import N_, _
from core.inputs import Input, field
from core.shown import number
from pages import kit
from services.directory import ConnectionDetail, MappedFields, map_fields

DOT = "__dot__"
"""Stands for the dot in the names of own fields, which no field of a form may have."""


def match(found: ConnectionDetail, actor: Actor) -> None:
    """Show a choice for each item; what has none stays as it is here."""
    st.markdown(
        _(N_("Choose for each item the field of the service that fills it. Items without one are left as they are. "
             "The code is the employee number unless another field is chosen; departments come by themselves."))
    )  # fmt: skip
    if not actor.may(map_fields.name, map_fields.what):
        labels = {one.field: one.label for one in found.ours}
        kit.facts({labels.get(name, name): found.theirs.get(theirs, theirs) for name, theirs in found.mapping.items()})
        return
    if found.tested and found.tested.people:
        st.caption(_(N_("Behind each field: in how many of the {count} people of the test it is filled."),
                     count=number(found.tested.people)))  # fmt: skip
    names, key = [_plain(one.field) for one in found.ours], f"fields-{found.id}-{found.version}"
    theirs = tuple((name, _shown(found, name)) for name in found.theirs)
    model = _model(tuple((one.field, one.label) for one in found.ours), theirs)
    entered = kit.form(
        model, key, initial={_plain(name): field_ for name, field_ in found.mapping.items()},
        rows=[*zip(names[::2], names[1::2], strict=False)], submit=_(N_("Save")), placeholder=_(N_("Leave as it is")),
    )  # fmt: skip
    if entered and kit.do(map_fields, _asked(found, entered), on_error=lambda error: kit.refuse(key, error)):
        kit.clear(key)
        kit.flash(_(N_("Saved. It counts from the next run.")))
        st.rerun()


@lru_cache(maxsize=32)
def _model(ours: tuple[tuple[str, str], ...], theirs: tuple[tuple[str, str], ...]) -> type[Input]:
    # The same class for the same fields: a form knows by it that it was sent twice.
    fields: dict[str, Any] = {
        _plain(name): (str | None, field(label, default=None, choices=dict(theirs))) for name, label in ours
    }
    return create_model("Fields", __base__=Input, **fields)


def _shown(found: ConnectionDetail, name: str) -> str:
    label = found.theirs[name]
    if found.tested is None or not found.tested.people:
        return label
    return f"{label} ({number(found.tested.filled.get(name, 0))}/{number(found.tested.people)})"


def _asked(found: ConnectionDetail, entered: Input) -> MappedFields:
    mapping = {name.replace(DOT, "."): theirs for name, theirs in entered if theirs}
    return MappedFields(id=found.id, version=found.version, mapping=mapping)


def _plain(name: str) -> str:
    return name.replace(".", DOT)
