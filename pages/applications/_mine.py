"""The way from “my page” to one's own data (プロフィール申請)."""

import streamlit as st

from core.i18n import N_, _
from pages.kit.menu import way_to


def own_data() -> None:
    """Offer to see one's own data and to apply for changes."""
    st.subheader(_(N_("My data")), anchor=False)
    st.caption(_(N_("Name, address, mobile number and mail addresses: see them, and apply for a change.")))
    way_to("applications/mine.py")
