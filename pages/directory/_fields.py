"""Matching fields (項目の対応付け): which field of the service fills which item here."""

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
    names = [_plain(one.field) for one in found.ours]
    saved = kit.operate(
        map_fields, f"fields-{found.id}-{found.version}",
        initial={_plain(name): theirs for name, theirs in found.mapping.items()},
        fills={"id": found.id, "version": found.version}, rows=[*zip(names[::2], names[1::2], strict=False)],
        shape=kit.Shape(_model(found), _asked), submit=_(N_("Save")), done=_(N_("Saved. It counts from the next run.")),
    )  # fmt: skip
    if saved:
        st.rerun()


def _model(found: ConnectionDetail) -> type[Input]:
    choices = {name: _shown(found, name) for name in found.theirs}
    fields: dict[str, Any] = {
        _plain(one.field): (str | None, field(one.label, default=None, choices=choices)) for one in found.ours
    }
    hidden = (int, field(N_("Number"), hidden=True))
    return create_model("Fields", __base__=Input, id=hidden, version=hidden, **fields)


def _shown(found: ConnectionDetail, name: str) -> str:
    label = found.theirs[name]
    if found.tested is None or not found.tested.people:
        return label
    return f"{label} ({number(found.tested.filled.get(name, 0))}/{number(found.tested.people)})"


def _asked(entered: Any) -> MappedFields:
    values = dict(entered)
    mine = {name: values.pop(name) for name in ("id", "version")}
    return MappedFields(**mine, mapping={name.replace(DOT, "."): theirs for name, theirs in values.items() if theirs})


def _plain(name: str) -> str:
    return name.replace(".", DOT)
