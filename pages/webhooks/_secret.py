"""A new secret, shown once."""

import streamlit as st

from core.i18n import N_, _
from services.webhooks import MadeSecret


def shown_once(made: MadeSecret) -> None:
    """Show the secret this once."""
    st.code(made.secret, language=None, wrap_lines=True)
    st.info(
        _(N_("Copy the secret into the other system now: it is shown only this once. By it that system can tell that "
             "what it gets is from here.")),
        icon=":material/key:",
    )  # fmt: skip
