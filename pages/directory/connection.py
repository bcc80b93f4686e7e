"""One directory connection (連携先の設定, D02): service, sign-in, test, fields, first look, every night."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from pages import kit
from pages.directory import _fields, _settings, _try
from pages.directory._standing import live
from pages.kit.guard import guard
from services.directory import (
    ConnectionDetail,
    WhichConnection,
    add_connection,
    list_runs,
    remove_connection,
    show_connection,
    start_run,
)

actor = guard("directory.connection")
STEPS = (
    kit.Step("settings", _(N_("Service and sign-in"))),
    kit.Step("test", _(N_("Try it"))),
    kit.Step("fields", _(N_("Match fields"))),
    kit.Step("look", _(N_("Read and look"))),
    kit.Step("nightly", _(N_("Every night"))),
)


def usual(found: ConnectionDetail) -> str:
    """Return the step at which the connection stands."""
    if found.run_id is not None:
        return "look"
    return "fields" if found.tested and not found.tested.message else "test"


def look(found: ConnectionDetail, who: Actor) -> None:
    """Offer to read the directory, and show how far the latest run is."""
    st.markdown(
        _(N_("All people and departments are read and compared with what is here. Nothing changes before you have seen "
             "it and let it be applied."))
    )  # fmt: skip
    if who.may(start_run.name, start_run.what) and st.button(
        _(N_("Run now")), key="run", icon=":material/sync:", type="primary"
    ):
        begun = kit.do(start_run, WhichConnection(id=found.id))
        if begun:
            kit.go("directory/run.py", {"id": begun.result.id})
    if found.run_id is not None and list_runs.allowed(who):
        st.subheader(_(N_("Latest run")), anchor=False)
        live(found.run_id)
        with st.container(horizontal=True, gap="small"):
            st.page_link("directory/run.py", label=_(N_("Open the run")), icon=":material/sync:",
                         query_params={"id": str(found.run_id)})  # fmt: skip
            st.page_link("directory/runs.py", label=_(N_("All runs of this connection")), icon=":material/history:",
                         query_params={"connection_id": str(found.id)})  # fmt: skip


def removing(found: ConnectionDetail, who: Actor) -> None:
    """Offer to remove the connection."""
    if not who.may(remove_connection.name, remove_connection.what):
        return
    st.divider()
    if st.button(_(N_("Remove the connection")), key="remove", icon=":material/delete:"):
        kit.confirm(
            _(N_("Remove “{name}”?"), name=found.name),
            _(N_("Its settings and its runs are deleted. The people and departments that came from it stay, and no run "
                 "changes them any more.")),
            yes=_(N_("Remove the connection")), then=lambda: removed(found),
        )  # fmt: skip


def removed(found: ConnectionDetail) -> None:
    """Remove it and go back to the list."""
    if kit.do(remove_connection, WhichConnection(id=found.id)):
        kit.flash(_(N_("“{name}” was removed."), name=kit.literal(found.name)))
        kit.go("directory/connections.py")


BACK = (_(N_("Directory sync")), "directory/connections.py")
number = kit.number_if_any("id")
if number is None:
    kit.header(_(N_("Add a connection")), back=BACK)
    kit.wizard(STEPS, reached="settings")
    if actor.may(add_connection.name, add_connection.what):
        _settings.new()
    else:
        st.info(_(N_("Open a connection from the list.")), icon=":material/info:")
else:
    connection = kit.ask(show_connection, WhichConnection(id=number))
    kit.header(connection.name, kit.said(connection.kind), back=BACK)
    once_right = connection.run_id is not None or (connection.tested is not None and not connection.tested.message)
    wizard = kit.wizard(STEPS, reached=None if once_right else "test", usual=usual(connection))
    if wizard.current == "settings":
        _settings.present(connection, actor)
    elif wizard.current == "test":
        _try.show(connection, actor)
    elif wizard.current == "fields":
        _fields.match(connection, actor)
    elif wizard.current == "look":
        look(connection, actor)
    else:
        _settings.nightly(connection, actor)
    wizard.buttons(ready=once_right or wizard.current == "settings", why=_(N_("Test the connection first.")))
    if wizard.current in {"settings", "nightly"}:
        removing(connection, actor)
