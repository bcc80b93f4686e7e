"""The forms of a connection: the service with what it needs for signing in, and what happens every night."""

from functools import lru_cache, partial
from typing import Any

import streamlit as st
from pydantic import create_model

from core.actor import Actor
from core.i18n import N_, _, language
from core.inputs import Input, field
from pages import kit
from services.directory import (
    SETTINGS,
    ConnectionDetail,
    EditedConnection,
    NewConnection,
    Setting,
    SourceKind,
    add_connection,
    edit_connection,
)

LONGEST = 20_000
KEPT = N_("Empty: the stored one is kept.")


def new() -> None:
    """Ask for the service, then for what it needs."""
    kinds = {kind: kit.said(kind) for kind in SourceKind}
    kind = st.selectbox(_(N_("Service")), list(kinds), format_func=kinds.__getitem__, key="kind")
    model = _model(kind, False, language())
    made = kit.operate(
        add_connection, f"connection-new-{kind}", shape=kit.Shape(model, partial(_new, kind)),
        submit=_(N_("Save and go on")), done=_(N_("Saved. Test the connection now.")),
    )  # fmt: skip
    if made:
        kit.go("directory/connection.py", {"id": made.result.id, "step": "test"})


def present(found: ConnectionDetail, actor: Actor) -> None:
    """Show the service and what it needs; secrets never come back."""
    if not actor.may(edit_connection.name, edit_connection.what):
        labels = {one.name: _(one.label) for one in SETTINGS[found.kind]}
        kit.facts({labels[name]: value for name, value in found.settings.items()})
        return
    st.caption(
        _(N_("Secrets are stored encrypted and never shown again. Left empty they are kept; when you enter one, enter "
             "all that are needed."))
    )  # fmt: skip
    made = kit.operate(
        edit_connection, f"connection-{found.id}-{found.version}", initial={"name": found.name, **found.settings},
        fills={"id": found.id, "version": found.version},
        shape=kit.Shape(_model(found.kind, True, language()), partial(_edited, found)),
        submit=_(N_("Save")), done=_(N_("Saved. Test the connection now.")),
    )  # fmt: skip
    if made:
        st.query_params["step"] = "test"
        st.rerun()


def nightly(found: ConnectionDetail, actor: Actor) -> None:
    """Ask what happens every night, and how many may leave without asking."""
    st.markdown(_(N_("Every night at 2:30 the directory can be read by itself.")))
    if not actor.may(edit_connection.name, edit_connection.what):
        kit.facts({_(N_("Every night")): found.nightly, _(N_("Brake")): f"{found.brake_percent}%"})
        return
    saved = kit.operate(
        edit_connection, f"connection-nightly-{found.id}-{found.version}",
        initial={"nightly": found.nightly, "brake_percent": found.brake_percent},
        fills={"id": found.id, "version": found.version, "name": found.name, "settings": dict(found.settings)},
        submit=_(N_("Save")), done=_(N_("Saved.")),
    )  # fmt: skip
    if saved:
        st.rerun()


@lru_cache(maxsize=32)
def _model(kind: SourceKind, there: bool, spoken: str) -> type[Input]:
    # The same class for the same fields: a form knows by it that it was sent twice.
    del spoken
    name = (str, field(N_("Name"), min_length=1, max_length=60, help=N_("What you call this system.")))
    hidden = (int, field(N_("Number"), hidden=True))
    typed: dict[str, Any] = {
        one.name: (str, _field(one, there)) for one in SETTINGS[kind] if not one.kept_by_us
    }  # fmt: skip
    more: dict[str, Any] = {"id": hidden, "version": hidden} if there else {}
    return create_model("Settings", __base__=Input, name=name, **more, **typed)


def _field(one: Setting, there: bool) -> Any:
    asked = one.required and not (there and one.secret)
    help_ = _(KEPT) if there and one.secret else one.help or None
    limits: dict[str, Any] = {"min_length": 1} if asked else {"default": ""}
    return field(one.label, secret=one.secret, help=help_, max_length=LONGEST, **limits)


def _new(kind: SourceKind, entered: Input) -> NewConnection:
    values = dict(entered)
    return NewConnection(name=values.pop("name"), kind=kind, settings=values)


def _edited(found: ConnectionDetail, entered: Input) -> EditedConnection:
    values = dict(entered)
    mine = {name: values.pop(name) for name in ("id", "version", "name")}
    return EditedConnection(**mine, settings=values, nightly=found.nightly, brake_percent=found.brake_percent)
