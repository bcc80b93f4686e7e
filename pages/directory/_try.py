"""Testing a connection: asking for one page, and saying what came of it."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from core.shown import number
from pages import kit
from services.directory import ConnectionDetail, WhichConnection, show_connection, try_connection

NO_WORKER = N_(
    "No worker is running, so the test does not begin. “make run” starts one with the console, “manage.py worker” "
    "starts one alone."
)


def show(found: ConnectionDetail, actor: Actor) -> None:
    """Offer the test, and show what the last one found."""
    st.markdown(_(N_("One page is asked for and nothing is changed: it shows whether the service lets us in.")))
    if (
        actor.may(try_connection.name, try_connection.what)
        and st.button(
            _(N_("Test the connection")), key="test", icon=":material/network_check:", disabled=found.testing,
            type="secondary" if found.tested and not found.tested.message else "primary",
        )
        and kit.do(try_connection, WhichConnection(id=found.id))
    ):  # fmt: skip
        st.rerun()
    if found.testing:
        kit.refreshing(lambda: _wait(found.id), process=show_connection.name)
    else:
        _outcome(found)


def _wait(connection_id: int) -> None:
    found = kit.ask(show_connection, WhichConnection(id=connection_id))
    if not found.testing:
        st.rerun()
    st.info(_(N_("The service is being asked…")), icon=":material/hourglass_top:")
    if not found.worker_alive:
        st.warning(_(NO_WORKER), icon=":material/hourglass_disabled:")


def _outcome(found: ConnectionDetail) -> None:
    tested = found.tested
    if tested is None:
        return
    if tested.message:
        st.error(f"{kit.moment(tested.at)}　{kit.literal(tested.message)}", icon=":material/error:")
    elif not tested.people:
        st.warning(
            _(N_("{moment}: the service let us in but named nobody. Look at the rights of the account or token there."),
              moment=kit.moment(tested.at)),
            icon=":material/warning:",
        )  # fmt: skip
    else:
        st.success(
            _(N_("{moment}: the service let us in. On the first page there are {people} people and {departments} "
                 "departments."), moment=kit.moment(tested.at), people=number(tested.people),
              departments=number(tested.departments)),
            icon=":material/check_circle:",
        )  # fmt: skip
