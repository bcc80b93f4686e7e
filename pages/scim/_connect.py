"""How a directory is connected (SCIM, N11): the address, the permission set for its key, what is entered there."""

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _
from core.inputs import Nothing
from core.settings import settings
from pages import kit
from services.access import EditedSet, edit_set, list_sets
from services.scim import GRANTS

PATH = "/scim/v2"
OPEN = "scim-open"
NAME = N_("Directory (SCIM)")
PURPOSE = N_("Keeps people with accounts and departments in step with a directory such as Entra ID or Okta.")
STEPS = (
    N_("Make an account for the directory alone, so that it goes on when somebody leaves. Give it a permission set "
       "with SCIM, for the whole organisation."),
    N_("Make an API key above: it acts for that account, within that permission set."),
    N_("Enter address and key in the directory."),
)  # fmt: skip
ENTRA = (
    N_("Enterprise application → Provisioning → Automatic. Tenant URL: the address; secret token: the key."),
    N_("Mappings: keep userName, active, name, emails, externalId; map employeeId to employeeNumber if you use codes."),
)
OKTA = (
    N_("App integration with SCIM provisioning. Base URL: the address; unique identifier: userName; authentication: "
       "HTTP header with the key."),
    N_("Provisioning to app: switch on create, update and deactivate."),
)  # fmt: skip


def connecting(actor: Actor) -> None:
    """Say how a directory is connected, and make the permission set for it with one click."""
    label = _(N_("Connect a directory: Entra ID, Okta (SCIM)"))
    with st.expander(label, icon=":material/sync_alt:", expanded=OPEN in st.session_state):
        st.markdown("\n".join(f"{number}. {_(step)}" for number, step in enumerate(STEPS, 1)))
        _set(actor)
        st.caption(_(N_("Address to enter in the directory")))
        st.code(f"{settings().base_url}{PATH}", language=None, wrap_lines=True)
        for tab, lines in zip(st.tabs(["Entra ID", "Okta"]), (ENTRA, OKTA), strict=True):
            tab.markdown("\n".join(f"- {_(line)}" for line in lines))
        st.caption(_(N_("Everything else stands in docs/scim.md.")))


def _set(actor: Actor) -> None:
    if not actor.may(list_sets.name, list_sets.what):
        return
    sets = kit.ask(list_sets, Nothing())
    fitting = [row.name for row in sets if set(GRANTS) <= set(row.grants) and not row.everything]
    if fitting:
        sentence = _(N_("Permission sets with SCIM: {names}"), names=", ".join(map(kit.literal, fitting)))
        st.markdown(f":material/check_circle: {sentence}")
    elif actor.may(edit_set.name, edit_set.what):
        label = _(N_("Make the permission set “{name}”"), name=_(NAME))
        if st.button(label, icon=":material/add:", key="scim-set") and _made():
            st.rerun()


def _made() -> bool:
    wanted = EditedSet(name=_(NAME), description=_(PURPOSE), grants=list(GRANTS))
    if not kit.do(edit_set, wanted):
        return False
    st.session_state[OPEN] = True  # the next run draws the page anew
    kit.flash(_(N_("The permission set was made. Give it to the directory's account.")))
    return True
