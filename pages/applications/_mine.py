"""The way from “my page” to a change of one's own data (プロフィール申請)."""

import streamlit as st

from core.i18n import N_, _
from pages.kit.menu import offered, way_to

PAGE = "applications/mine.py"


def own_data() -> None:
    """Say how to have one's own data changed: by an application, where the organisation takes them."""
    if PAGE not in {entry.path for entry in offered()}:
        st.caption(_(N_("Is something wrong here? Tell your administrator, who keeps the register.")))
        return
    st.caption(_(N_("Is something wrong here, or has it changed? Apply for a change; the office decides.")))
    way_to(PAGE)
