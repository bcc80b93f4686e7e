"""The sign-in's other way, through an identity provider: the button, and what is said when somebody comes back."""

from urllib.parse import quote, urlsplit

import streamlit as st

from core.i18n import N_, _
from core.settings import settings
from pages.kit.redirect import redirect

CAME_BACK = "provider"
HALF = "half"
SAID = {
    "failed": N_("The sign-in there did not work out. Try once more; if it stays so, tell an administrator."),
    "nobody": N_("Your identity there belongs to no account in use here. Ask an administrator to open one for you."),
}


def half_code() -> str | None:
    """Return the code of somebody whom the provider knows and whose second factor is still to come; once."""
    return st.query_params.pop(HALF, None)


def offer() -> None:
    """Show the way to the provider, where there is one, and what came of the last time."""
    if not settings().provider:
        return
    said = SAID.get(st.query_params.get(CAME_BACK, ""))
    if said:
        st.error(_(said), icon=":material/error:")
    label = _(N_("Sign in with {name}"), name=settings().oidc_name)
    if st.button(label, icon=":material/badge:", key="provider", width="stretch"):
        to = quote(urlsplit(st.context.url or "").path.strip("/"), safe="")
        redirect(f"/provider/begin?to={to}")
